//! Handing mails to a mail server: kept connections, one message at a time in the last step.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::sync::Mutex as Turn;
use tokio::time::timeout;

use super::smtp_error::{Phase, failure, too_slow};
use super::smtp_url::{SmtpSettings, Tls};
use super::{Accepted, BoxFuture, CONNECTIONS, Failure, LastLook, Mailer};
use crate::notification::Ready;

/// How long a connection is kept without work; servers close theirs after a minute or more.
const IDLE: Duration = Duration::from_secs(20);
/// A server that is to wait longer for the next command may close the connection.
const PROMPT: Duration = Duration::from_secs(1);

/// A mail server.
pub struct SmtpMailer {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<VecDeque<(AsyncSmtpConnection, Instant)>>,
    window: Arc<Turn<()>>,
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// When the certificates do not read.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let tls = match settings.tls {
            Tls::None => None,
            Tls::Start | Tls::Implicit => Some(parameters(&settings)?),
        };
        Ok(Self {
            settings,
            tls,
            hello: ClientId::default(),
            idle: Mutex::default(),
            window: Arc::default(),
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds)
    }

    /// Waits for an answer no longer than the settings allow.
    async fn answer<T>(
        &self,
        phase: Phase,
        asked: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Failure> {
        within(self.patience(), phase, asked).await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let settings = &self.settings;
        let implicit = self.tls.clone().filter(|_| settings.tls == Tls::Implicit);
        let place = (settings.host.as_str(), settings.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            place,
            Some(self.patience()),
            &self.hello,
            implicit,
            None,
        );
        let mut connection = self.answer(Phase::Open, connecting).await?;
        if let (Tls::Start, Some(tls)) = (settings.tls, &self.tls) {
            let upgrade = connection.starttls(tls.clone(), &self.hello);
            self.answer(Phase::Open, upgrade).await?;
        }
        if let Some((name, password)) = &settings.login {
            let credentials = Credentials::new(name.clone(), password.clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let login = connection.auth(&mechanisms, &credentials);
            self.answer(Phase::Open, login).await?;
        }
        Ok(connection)
    }

    /// A kept connection that is fresh enough, if there is one.
    fn kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((connection, since)) = idle.pop_back() {
            if since.elapsed() < IDLE {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < CONNECTIONS {
            idle.push_back((connection, Instant::now()));
        }
    }

    /// Names the sender on a kept connection, or on a new one where the server has closed it.
    async fn begin(&self, mail: &Ready) -> Result<AsyncSmtpConnection, Failure> {
        let sender = || Mail::new(Some(mail.from.clone()), Vec::new());
        if let Some(mut connection) = self.kept()
            && let Ok(Ok(_)) = timeout(self.patience(), connection.command(sender())).await
        {
            return Ok(connection);
        }
        let mut connection = self.connect().await?;
        self.answer(Phase::Sender, connection.command(sender()))
            .await?;
        Ok(connection)
    }

    /// Opens a transaction: sender and recipient.
    async fn address(&self, mail: &Ready) -> Result<AsyncSmtpConnection, Failure> {
        let mut connection = self.begin(mail).await?;
        let recipient = connection.command(Rcpt::new(mail.to.clone(), Vec::new()));
        if let Err(refused) = self.answer(Phase::Recipient, recipient).await {
            // The server is well, this one address is not.
            if !matches!(refused, Failure::Temporary(_)) {
                self.reset(connection).await;
            }
            return Err(refused);
        }
        Ok(connection)
    }

    /// Announces the content.
    async fn announce(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Failure> {
        let asked = connection.command(Data);
        self.answer(Phase::Content, asked).await.map(|_| ())
    }

    /// From the content to the answer it is one message at a time: see [`Accepted`]. A server
    /// waits for a content that it was promised no longer than for anything else, so the turn
    /// comes first.
    async fn hand_over(&self, mail: &Ready, last: &dyn LastLook) -> Result<Accepted, Failure> {
        let mut connection = self.address(mail).await?;
        let asked = Instant::now();
        let window = Arc::clone(&self.window).lock_owned().await;
        let waited_long = asked.elapsed() >= PROMPT;
        let anew = last.look().await?;
        match self.announce(&mut connection).await {
            // Closed, most likely, while the mail waited for its turn; that is not its fault.
            Err(Failure::Temporary(_)) if waited_long => {
                connection = self.address(mail).await?;
                self.announce(&mut connection).await?;
            }
            answer => answer?,
        }
        let content = Content(&anew.as_ref().unwrap_or(mail).text);
        let patience = Duration::from_secs(self.settings.verdict_seconds);
        let taken = within(patience, Phase::Content, connection.command(content)).await?;
        self.keep(connection);
        Ok(Accepted {
            detail: said(&taken),
            window: Some(window),
        })
    }

    async fn reset(&self, mut connection: AsyncSmtpConnection) {
        if let Ok(Ok(_)) = timeout(self.patience(), connection.command(Rset)).await {
            self.keep(connection);
        }
    }
}

async fn within<T>(
    patience: Duration,
    phase: Phase,
    asked: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match timeout(patience, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failure(phase, &error)),
        Err(_) => Err(too_slow(phase)),
    }
}

/// The content of a message with its last dot, lines that begin with one doubled (RFC 5321,
/// 4.5.2). Written at once: in two pieces, as lettre's own way does it, the second would wait
/// for the acknowledgement of the first, which takes 40 ms with most systems.
struct Content<'a>(&'a str);

impl std::fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.0.split_inclusive("\r\n") {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        if !self.0.ends_with("\r\n") {
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

/// The code alone: a queue number is of no use without the server's log, and words may quote.
fn said(response: &Response) -> String {
    response.code().to_string()
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca {
        let certificate = Certificate::from_pem(pem).map_err(|error| error.to_string())?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| error.to_string())
}

impl Mailer for SmtpMailer {
    fn send<'a>(
        &'a self,
        mail: &'a Ready,
        last: &'a dyn LastLook,
    ) -> BoxFuture<'a, Result<Accepted, Failure>> {
        Box::pin(self.hand_over(mail, last))
    }

    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let kept: Vec<_> = {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                idle.drain(..).collect()
            };
            for (mut connection, _) in kept {
                // A server that does not answer a farewell is not waited for.
                let _ = timeout(Duration::from_secs(1), connection.quit()).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn a_dot_at_the_head_of_a_line_ends_no_message() {
        let content = Content("Subject: x\r\n\r\n.một\r\n..\r\na.b\r\n.").to_string();
        assert_eq!(
            content,
            "Subject: x\r\n\r\n..một\r\n...\r\na.b\r\n..\r\n.\r\n"
        );
        assert_eq!(Content("x\r\n").to_string(), "x\r\n.\r\n");
    }
}
