//! A row of the matrix: one operation, and what each kind of caller must get.

use super::Call;
use crate::support::Client;

/// What somebody gets who is not the right one.
#[derive(Clone)]
pub enum Expected {
    /// This status; when it is no 2xx, nothing may have changed.
    Status(Client, u16),
    /// 200 without this text in it.
    Without(Client, String),
    /// There is no such caller: whoever signed in may.
    Anybody,
}

/// One operation with everything that it needs, ready to be called once.
#[derive(Clone)]
pub struct Row {
    pub call: Call,
    /// Who may; nobody in particular for what is public.
    pub right: Option<Client>,
    pub status: u16,
    /// Somebody of the same office whose role does not allow it.
    pub wrong_role: Expected,
    /// Somebody with the right role in another office.
    pub wrong_office: Expected,
    /// What the inspector gets, who reads all and writes nothing; none for the usual: 200 for
    /// reading, 403 for writing.
    pub inspector: Option<u16>,
    /// What a connected system of the office gets; none for the usual: 403, or 200 for reading
    /// where the document lets systems in.
    pub system: Option<u16>,
}

impl Row {
    /// For everybody, without a token.
    pub fn public(call: Call, status: u16) -> Self {
        Self {
            call,
            right: None,
            status,
            wrong_role: Expected::Anybody,
            wrong_office: Expected::Anybody,
            inspector: None,
            system: None,
        }
    }

    pub fn by(call: Call, right: &Client, status: u16) -> Self {
        Self {
            right: Some(right.clone()),
            ..Self::public(call, status)
        }
    }

    pub fn wrong_role(mut self, client: &Client, status: u16) -> Self {
        self.wrong_role = Expected::Status(client.clone(), status);
        self
    }

    pub fn wrong_office(mut self, client: &Client, status: u16) -> Self {
        self.wrong_office = Expected::Status(client.clone(), status);
        self
    }

    /// Somebody of another office may ask, and sees nothing of this one.
    pub fn hides(mut self, client: &Client, text: &str) -> Self {
        self.wrong_office = Expected::Without(client.clone(), text.to_owned());
        self
    }

    /// Somebody of the same office whose list lacks this.
    pub fn hides_from_role(mut self, client: &Client, text: &str) -> Self {
        self.wrong_role = Expected::Without(client.clone(), text.to_owned());
        self
    }

    pub fn inspector(mut self, status: u16) -> Self {
        self.inspector = Some(status);
        self
    }

    pub fn system(mut self, status: u16) -> Self {
        self.system = Some(status);
        self
    }
}
