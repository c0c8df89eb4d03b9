//! What clients send to hand a dossier in, alone or in a batch.

use domain::text::{Address, AgencyCode, Email, IdNumber, PersonName, Phone, ProcedureCode, Title};
use infra::dossier::{Applicant, NewDossier, PaperTick};

use super::{Channel, Way};
use crate::input::{Between, Raw, Some1};
use crate::{input, word_enum};

word_enum! {
    /// Người nộp: cá nhân hay tổ chức.
    pub enum ApplicantKind { Person = "person", Organisation = "organisation" }
}

input! {
    /// Who applies.
    pub struct ApplicantInput {
        /// `person` when absent.
        pub kind: Option<ApplicantKind>,
        #[schema(value_type = String, min_length = 1, max_length = 200, example = "Người nộp hồ sơ")]
        pub name: PersonName,
        /// Identity card, passport or tax code.
        #[schema(value_type = Option<String>, example = "001200000001")]
        pub id_number: Option<IdNumber>,
        #[schema(value_type = Option<String>, example = "0912345678")]
        pub phone: Option<Phone>,
        #[schema(value_type = Option<String>, format = "email")]
        pub email: Option<Email>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub address: Option<Address>,
    }
}

input! {
    /// A paper that was handed in: one of the procedure's by number, or a further one by name.
    pub struct PaperInput {
        /// Place among the papers of the procedure, from 1.
        #[schema(value_type = Option<u32>, minimum = 1, example = 1)]
        pub number: Option<Between<1, 1000>>,
        #[schema(value_type = Option<String>, max_length = 300)]
        pub name: Option<Title>,
        #[schema(value_type = Option<u32>, maximum = 1000, example = 1)]
        pub originals: Option<Between<0, 1000>>,
        #[schema(value_type = Option<u32>, maximum = 1000)]
        pub certified: Option<Between<0, 1000>>,
        #[schema(value_type = Option<u32>, maximum = 1000)]
        pub copies: Option<Between<0, 1000>>,
    }
}

input! {
    /// A dossier as it is handed in.
    pub struct DossierInput {
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
        #[schema(value_type = String, example = "1.004873")]
        pub procedure: ProcedureCode,
        /// `in_person` when absent; a ward client's is always `ward_client`.
        pub channel: Option<Channel>,
        pub applicant: ApplicantInput,
        /// Who brought it, when it was not the applicant.
        #[schema(value_type = Option<String>, max_length = 200)]
        pub submitter_name: Option<PersonName>,
        /// What it is about; the name of the procedure when absent.
        #[schema(value_type = Option<String>, max_length = 300)]
        pub matter: Option<Title>,
        /// Every required paper must be among them when the desk accepts.
        pub papers: Option<Vec<PaperInput>>,
        /// Number of sets; 1 when absent.
        #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
        pub sets: Option<Between<1, 100>>,
        /// `in_person` when absent.
        pub result_way: Option<Way>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub result_address: Option<Address>,
    }
}

impl DossierInput {
    /// As the action takes it; `connected` is another office's system.
    pub fn into_new(self, connected: bool) -> NewDossier {
        let channel = self.channel.unwrap_or(Channel::InPerson);
        let channel = if connected {
            Channel::WardClient
        } else {
            channel
        };
        let applicant = self.applicant;
        NewDossier {
            office: self.office,
            procedure: self.procedure,
            channel: channel.as_str(),
            applicant: Applicant {
                kind: applicant.kind.unwrap_or(ApplicantKind::Person).as_str(),
                name: applicant.name,
                id_number: applicant.id_number,
                phone: applicant.phone,
                email: applicant.email,
                address: applicant.address,
            },
            submitter_name: self.submitter_name,
            matter: self.matter,
            papers: ticks(self.papers),
            sets: self.sets.map_or(1, Between::small),
            result_way: self.result_way.unwrap_or(Way::InPerson).as_str(),
            result_address: self.result_address,
        }
    }
}

pub(super) fn ticks(papers: Option<Vec<PaperInput>>) -> Vec<PaperTick> {
    papers
        .unwrap_or_default()
        .into_iter()
        .map(|paper| PaperTick {
            number: paper.number.map(Between::small),
            name: paper.name,
            originals: paper.originals.map_or(0, Between::small),
            certified: paper.certified.map_or(0, Between::small),
            copies: paper.copies.map_or(0, Between::small),
        })
        .collect()
}

word_enum! {
    /// What a batch does with an item: the counter registers, others submit.
    pub enum BatchAction { Register = "register", Submit = "submit" }
}

input! {
    /// An item of a batch.
    pub struct BatchItemInput {
        pub action: BatchAction,
        pub dossier: DossierInput,
    }
}

input! {
    /// Up to 500 dossiers at once, each with its own result.
    pub struct BatchInput {
        #[schema(value_type = Vec<BatchItemInput>, min_items = 1, max_items = 500)]
        pub items: Some1<Raw, 500>,
    }
}
