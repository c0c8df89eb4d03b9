//! Where the links in mails lead: to the service itself, or to the pages that an installation has.

/// What a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The list that holds the dossiers of a letter, for the staff.
    List,
    /// A dossier, for the staff.
    Dossier,
    /// A proposed apology, for managers.
    Proposal,
    /// How far a dossier is, for the applicant.
    LookUp,
}

impl Place {
    pub const ALL: [Self; 4] = [Self::List, Self::Dossier, Self::Proposal, Self::LookUp];

    /// What may stand in the pattern, in braces; one of the first list must.
    pub fn words(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::List => (&[], &["when"]),
            Self::Dossier => (&["code"], &[]),
            Self::Proposal => (&["id", "code"], &[]),
            Self::LookUp => (&["code"], &["key"]),
        }
    }

    /// The pattern unless another is set. The key is not part of the look-up: addresses are kept
    /// in histories and logs.
    pub fn default_pattern(self) -> &'static str {
        match self {
            Self::List => "/api/v1/worklists/due?when={when}",
            Self::Dossier => "/api/v1/dossiers/{code}",
            Self::Proposal => "/api/v1/proposals/{id}",
            Self::LookUp => "/api/v1/public/dossiers/{code}",
        }
    }
}

/// Which dossiers a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOf {
    /// Those that are late.
    Overdue,
    /// All that are open, by their dates.
    All,
}

impl ListOf {
    /// The word in links.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::All => "all",
        }
    }

    /// Where the list is, as letters keep it until they are sent.
    pub fn path(self) -> String {
        Place::List
            .default_pattern()
            .replace("{when}", self.as_str())
    }

    /// The list of such a path.
    pub(super) fn of_path(path: &str) -> Self {
        if path == Self::All.path() {
            Self::All
        } else {
            Self::Overdue
        }
    }
}

/// Why a pattern does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    #[error("it begins neither with a slash nor with http:// or https:// and a host")]
    NoAddress,
    #[error("a space, a quotation mark or an angle bracket stands in it")]
    Letter,
    #[error("a brace that is none of the words of this link")]
    Brace,
    #[error("a word of this link is missing")]
    Missing,
}

/// The patterns of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    public_url: String,
    list: String,
    dossier: String,
    proposal: String,
    look_up: String,
}

impl Links {
    /// The service's own addresses, below `public_url`, which has no slash at the end.
    pub fn of(public_url: &str) -> Self {
        let own = |place: Place| place.default_pattern().to_owned();
        Self {
            public_url: public_url.to_owned(),
            list: own(Place::List),
            dossier: own(Place::Dossier),
            proposal: own(Place::Proposal),
            look_up: own(Place::LookUp),
        }
    }

    /// The same with another pattern for a place: a path below the public address, or a whole
    /// address.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn with(mut self, place: Place, pattern: &str) -> Result<Self, LinkFault> {
        check(place, pattern)?;
        let kept = match place {
            Place::List => &mut self.list,
            Place::Dossier => &mut self.dossier,
            Place::Proposal => &mut self.proposal,
            Place::LookUp => &mut self.look_up,
        };
        pattern.clone_into(kept);
        Ok(self)
    }

    pub fn list(&self, of: ListOf) -> String {
        self.whole(&self.list, &[("{when}", of.as_str())])
    }

    pub fn dossier(&self, code: &str) -> String {
        self.whole(&self.dossier, &[("{code}", code)])
    }

    pub fn proposal(&self, id: &str, code: &str) -> String {
        self.whole(&self.proposal, &[("{id}", id), ("{code}", code)])
    }

    pub fn look_up(&self, code: &str, key: &str) -> String {
        self.whole(&self.look_up, &[("{code}", code), ("{key}", key)])
    }

    /// Codes, keys and ids are of letters, digits, dots and dashes, which stand in any address.
    fn whole(&self, pattern: &str, words: &[(&str, &str)]) -> String {
        let filled = words
            .iter()
            .fold(pattern.to_owned(), |text, (word, value)| {
                text.replace(word, value)
            });
        match filled.starts_with('/') {
            true => format!("{}{filled}", self.public_url),
            false => filled,
        }
    }
}

fn check(place: Place, pattern: &str) -> Result<(), LinkFault> {
    let after_scheme = ["http://", "https://"]
        .iter()
        .find_map(|scheme| pattern.strip_prefix(scheme));
    let is_address = match after_scheme {
        Some(rest) => rest.starts_with(|letter: char| letter.is_ascii_alphanumeric()),
        None => pattern.starts_with('/') && !pattern.starts_with("//"),
    };
    if !is_address {
        return Err(LinkFault::NoAddress);
    }
    let stranger = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '"' | '\'' | '<' | '>')
    };
    if pattern.contains(stranger) {
        return Err(LinkFault::Letter);
    }
    let (needed, allowed) = place.words();
    let bare = needed
        .iter()
        .chain(allowed)
        .fold(pattern.to_owned(), |text, word| {
            text.replace(&format!("{{{word}}}"), "")
        });
    if bare.contains(['{', '}']) {
        return Err(LinkFault::Brace);
    }
    let names = |word: &&str| pattern.contains(&format!("{{{word}}}"));
    match needed.is_empty() || needed.iter().any(names) {
        true => Ok(()),
        false => Err(LinkFault::Missing),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn links() -> Links {
        Links::of("https://motcua.example.vn")
    }

    #[test]
    fn without_any_setting_links_lead_to_the_service_itself() {
        for place in Place::ALL {
            assert_eq!(check(place, place.default_pattern()), Ok(()), "{place:?}");
        }
        let code = "H29.23-261120-0001";
        assert_eq!(
            links().dossier(code),
            "https://motcua.example.vn/api/v1/dossiers/H29.23-261120-0001"
        );
        assert_eq!(
            links().look_up(code, "ABC234"),
            "https://motcua.example.vn/api/v1/public/dossiers/H29.23-261120-0001"
        );
    }

    #[test]
    fn a_pattern_is_a_path_or_a_whole_address_with_its_words() {
        let links = links()
            .with(Place::List, "https://noibo.example.vn/qua-han")
            .and_then(|links| links.with(Place::Proposal, "/ky/{id}?ho-so={code}"))
            .and_then(|links| links.with(Place::LookUp, "/tra-cuu?ma={code}#{key}"))
            .unwrap();
        for of in [ListOf::Overdue, ListOf::All] {
            assert_eq!(links.list(of), "https://noibo.example.vn/qua-han");
        }
        assert_eq!(
            links.proposal("7", "H29"),
            "https://motcua.example.vn/ky/7?ho-so=H29"
        );
        assert_eq!(
            links.look_up("H29", "ABC234"),
            "https://motcua.example.vn/tra-cuu?ma=H29#ABC234"
        );
    }

    #[test]
    fn a_list_is_of_what_is_late_or_of_all_that_is_open() {
        for of in [ListOf::Overdue, ListOf::All] {
            assert_eq!(ListOf::of_path(&of.path()), of);
        }
        assert_eq!(
            links().list(ListOf::All),
            "https://motcua.example.vn/api/v1/worklists/due?when=all"
        );
        let links = links().with(Place::List, "/danh-sach/{when}").unwrap();
        assert_eq!(
            links.list(ListOf::Overdue),
            "https://motcua.example.vn/danh-sach/overdue"
        );
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let fault = |place, pattern| links().with(place, pattern).unwrap_err();
        for pattern in [
            "ho-so/{code}",
            "//khac.vn/{code}",
            "javascript:{code}",
            "https:///{code}",
        ] {
            assert_eq!(
                fault(Place::Dossier, pattern),
                LinkFault::NoAddress,
                "{pattern}"
            );
        }
        assert_eq!(fault(Place::Dossier, "/ho so/{code}"), LinkFault::Letter);
        assert_eq!(fault(Place::Dossier, "/ho-so/\"{code}"), LinkFault::Letter);
        assert_eq!(
            fault(Place::Dossier, "/ho-so/{key}/{code}"),
            LinkFault::Brace
        );
        assert_eq!(fault(Place::Dossier, "/ho-so/{code"), LinkFault::Brace);
        assert_eq!(fault(Place::Dossier, "/ho-so"), LinkFault::Missing);
        assert_eq!(fault(Place::LookUp, "/tra-cuu/{key}"), LinkFault::Missing);
    }
}
