//! Ward clients.

use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::text::{AgencyCode, Title};
use infra::auth::{ClientDetail, ClientFilter, Kind, NewClient};
use infra::db::paging::Page;
use infra::db::schema::{clients, register_events};
use infra::error::Error;

use crate::support::Ward;

fn new_client(office: &str) -> NewClient {
    NewClient {
        name: Title::parse("Phần mềm của phường").unwrap(),
        office: AgencyCode::parse(office).unwrap(),
    }
}

impl Ward {
    fn create(&self, who: &Principal, office: &str) -> Result<(ClientDetail, String), Error> {
        let (who, input) = (who.clone(), new_client(office));
        self.write(move |conn, env| infra::auth::create_client(conn, env, &who, &input))
    }

    fn knows(&self, uid: &str, secret: &str) -> bool {
        let found = self
            .read(|conn, _| infra::auth::client_by_secret(conn, uid, secret))
            .unwrap();
        found.is_some_and(|found| found == uid)
    }

    fn page(
        &self,
        who: &Principal,
        filter: &ClientFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Page<String> {
        let page = self
            .read(|conn, _| infra::auth::list_clients(conn, who, filter, cursor, limit))
            .unwrap();
        page.map(|client| client.uid)
    }

    fn list(&self, who: &Principal, filter: &ClientFilter) -> Vec<String> {
        self.page(who, filter, None, 50).items
    }
}

fn at_work() -> ClientFilter {
    ClientFilter::default()
}

#[test]
fn a_new_client_signs_in_with_its_secret_and_acts_for_its_office_alone() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let (client, secret) = ward.create(&admin, "H1.1").unwrap();
        assert!(ward.knows(&client.uid, &secret));
        assert!(!ward.knows(&client.uid, &client.uid));
        assert!(!ward.knows("\u{0}", &secret));
        let principal = ward
            .read(|conn, env| infra::auth::load_principal(conn, env, &client.uid, Kind::Client))
            .unwrap()
            .unwrap();
        assert!(matches!(principal.actor, Actor::Client(_)));
        assert!(principal.has(Role::WardClient, &principal.office_path));
        assert!(!principal.has(Role::WardClient, &admin.office_path));
        assert_eq!(client.office_code, "H1.1");
    }
}

#[test]
fn the_secret_is_kept_neither_in_the_register_nor_in_the_record() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let (client, secret) = ward.create(&admin, "H1.1").unwrap();
        let stored: String = ward
            .read(|conn, _| Ok(clients::table.select(clients::secret_hash).first(conn)?))
            .unwrap();
        assert_ne!(stored, secret);
        let record: Vec<(String, String, String)> = ward
            .read(|conn, _| {
                Ok(register_events::table
                    .filter(register_events::action.eq("client.create"))
                    .select((
                        register_events::actor,
                        register_events::entity_key,
                        register_events::detail,
                    ))
                    .load(conn)?)
            })
            .unwrap();
        assert_eq!(record.len(), 1);
        assert_eq!(
            (record[0].0.as_str(), record[0].1.as_str()),
            (admin.uid.as_str(), client.uid.as_str())
        );
        assert!(!record[0].2.contains(&secret));
    }
}

#[test]
fn a_rotated_secret_replaces_the_old_one() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let (client, old) = ward.create(&admin, "H1.1").unwrap();
        let (who, uid) = (admin.clone(), client.uid.clone());
        let (changed, new) = ward
            .write(move |conn, env| {
                infra::auth::rotate_client_secret(conn, env, &who, &uid, Some(1))
            })
            .unwrap();
        assert_eq!(changed.version, 2);
        assert!(ward.knows(&client.uid, &new));
        assert!(!ward.knows(&client.uid, &old));
        let stale = ward.write(move |conn, env| {
            infra::auth::rotate_client_secret(conn, env, &admin, &client.uid, Some(1))
        });
        assert!(matches!(stale.unwrap_err(), Error::Stale(2)));
    }
}

#[test]
fn a_retired_client_is_nobody() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let (client, secret) = ward.create(&admin, "H1.1").unwrap();
        let retire = |who: Principal, uid: String| {
            ward.write(move |conn, env| infra::auth::retire_client(conn, env, &who, &uid, None))
        };
        retire(admin.clone(), client.uid.clone()).unwrap();
        assert!(!ward.knows(&client.uid, &secret));
        let found = ward
            .read(|conn, env| infra::auth::load_principal(conn, env, &client.uid, Kind::Client))
            .unwrap();
        assert_eq!(found, None);
        assert!(ward.list(&admin, &at_work()).is_empty());
        assert_eq!(
            ward.list(
                &admin,
                &ClientFilter {
                    retired: true,
                    ..at_work()
                }
            ),
            vec![client.uid.clone()]
        );
        assert!(matches!(
            retire(admin, client.uid).unwrap_err(),
            Error::Refused("retired")
        ));
    }
}

#[test]
fn an_administrator_sees_and_makes_the_clients_of_their_subtree_only() {
    for ward in Ward::each() {
        ward.person("ward-admin", "H1.1", Role::Administrator);
        let (admin, ward_admin) = (ward.principal("admin"), ward.principal("ward-admin"));
        let (one, _) = ward.create(&ward_admin, "H1.1").unwrap();
        assert!(matches!(
            ward.create(&ward_admin, "H1.2").unwrap_err(),
            Error::Forbidden
        ));
        let (two, _) = ward.create(&admin, "H1.2").unwrap();
        assert_eq!(ward.list(&ward_admin, &at_work()), vec![one.uid.clone()]);
        assert_eq!(
            ward.list(&admin, &at_work()),
            [one.uid.clone(), two.uid.clone()]
        );
        let there =
            |who: &Principal| ward.read(|conn, _| infra::auth::client_detail(conn, who, &two.uid));
        assert!(there(&admin).is_ok());
        assert!(matches!(there(&ward_admin).unwrap_err(), Error::NotFound));
        let uid = two.uid.clone();
        let foreign = ward
            .write(move |conn, env| infra::auth::retire_client(conn, env, &ward_admin, &uid, None));
        assert!(matches!(foreign.unwrap_err(), Error::NotFound));
    }
}

#[test]
fn nobody_but_administrators_has_anything_to_do_with_clients() {
    for ward in Ward::each() {
        ward.person("manager", "H1", Role::Manager);
        let (admin, manager) = (ward.principal("admin"), ward.principal("manager"));
        let (client, _) = ward.create(&admin, "H1.1").unwrap();
        assert!(matches!(
            ward.create(&manager, "H1.1").unwrap_err(),
            Error::Forbidden
        ));
        let read = ward.read(|conn, _| infra::auth::client_detail(conn, &manager, &client.uid));
        assert!(matches!(read.unwrap_err(), Error::Forbidden));
        let list =
            ward.read(|conn, _| infra::auth::list_clients(conn, &manager, &at_work(), None, 50));
        assert!(matches!(list.unwrap_err(), Error::Forbidden));
    }
}

#[test]
fn a_client_needs_an_office_that_is_there() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let Err(Error::Invalid(faults)) = ward.create(&admin, "H9") else {
            panic!("taken")
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].code),
            ("office", "unknown_office")
        );
    }
}

#[test]
fn lists_go_on_after_the_last_one_shown() {
    for ward in Ward::each() {
        let admin = ward.principal("admin");
        let uids: Vec<String> = (0..5)
            .map(|_| ward.create(&admin, "H1.2").unwrap().0.uid)
            .collect();
        let (other, _) = ward.create(&admin, "H1.1").unwrap();
        let first = ward.page(&admin, &at_work(), None, 2);
        assert_eq!(first.items, uids[..2]);
        let rest = ward.page(&admin, &at_work(), first.next.as_deref(), 4);
        assert_eq!(rest.items.len(), 4);
        assert_eq!(rest.next, None);
        let office = AgencyCode::parse("H1.1").ok();
        assert_eq!(
            ward.list(
                &admin,
                &ClientFilter {
                    office,
                    ..at_work()
                }
            ),
            [other.uid]
        );
        let nowhere = AgencyCode::parse("H9").ok();
        assert!(
            ward.list(
                &admin,
                &ClientFilter {
                    office: nowhere,
                    ..at_work()
                }
            )
            .is_empty()
        );
        let strange =
            ward.read(|conn, _| infra::auth::list_clients(conn, &admin, &at_work(), Some("x"), 2));
        assert!(matches!(strange.unwrap_err(), Error::BadCursor));
    }
}
