//! Lists of staff: who sees what of whom, and how they are found.

use domain::auth::Role;
use infra::error::Error;
use infra::staff::{Seen, StaffDetail, StaffFilter, list_staff, read_staff};

use super::staff::with_ward_administrator;
use crate::support::Ward;

fn listed(ward: &Ward, reader: &str, filter: &StaffFilter) -> Vec<StaffDetail> {
    let who = ward.principal(reader);
    ward.read(|conn, _| list_staff(conn, &who, filter, 200, None))
        .unwrap()
        .items
}

#[test]
fn colleagues_see_names_and_administrators_everything_of_their_own_subtree() {
    for ward in Ward::each() {
        with_ward_administrator(&ward);
        let all = StaffFilter::default();
        let seen = |reader: &str| {
            let items = listed(&ward, reader, &all);
            let whole = items.iter().filter(|item| item.seen == Seen::Whole).count();
            let foreign = items.iter().any(|item| item.office != "H29.23");
            (items.len(), whole, foreign)
        };
        assert_eq!(seen("quantri"), (18, 18, true));
        assert_eq!(seen("quantri.phuong"), (14, 14, false));
        assert_eq!(seen("chuyenvien.tuphap"), (14, 0, false));
        assert_eq!(seen("thanhtra"), (18, 0, true));
        let uid = ward.uid_of("tiepnhan.phuong2");
        let who = ward.principal("chuyenvien.tuphap");
        let other = ward.read(|conn, _| read_staff(conn, &who, &uid));
        assert!(matches!(other, Err(Error::NotFound)));
    }
}

#[test]
fn staff_are_found_by_office_department_role_and_name() {
    for ward in Ward::each() {
        let found = |reader: &str, filter: StaffFilter| -> Vec<String> {
            let items = listed(&ward, reader, &filter);
            items.into_iter().map(|item| item.person.login).collect()
        };
        let base = StaffFilter::default;
        let office = StaffFilter {
            office: Some("H29.24".to_owned()),
            ..base()
        };
        assert_eq!(found("quantri", office), ["tiepnhan.phuong2"]);
        let unit = ward.department(ward.principal("tiepnhan").office_id, "tu_phap");
        let unit = StaffFilter {
            department: Some(unit),
            ..base()
        };
        assert_eq!(
            found("tiepnhan", unit),
            ["chuyenvien.tuphap", "truongphong.tuphap"]
        );
        let managers = StaffFilter {
            role: Some(Role::Manager),
            ..base()
        };
        assert_eq!(found("quantri", managers), ["lanhdao", "lanhdao.thanhpho"]);
        let name = |q: &str| StaffFilter {
            q: Some(q.to_owned()),
            ..base()
        };
        assert_eq!(found("tiepnhan", name("can bo tiep nhan")), ["tiepnhan"]);
        assert_eq!(found("quantri", name("quantri")), ["quantri"]);
        assert_eq!(
            found("thanhtra", name("quantri")),
            Vec::<String>::new(),
            "logins are not for all"
        );
    }
}

#[test]
fn a_list_of_staff_goes_on_where_it_stopped() {
    for ward in Ward::each() {
        let who = ward.principal("quantri");
        let mut logins = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = ward
                .read(|conn, _| {
                    list_staff(conn, &who, &StaffFilter::default(), 4, cursor.as_deref())
                })
                .unwrap();
            assert!(page.items.len() <= 4);
            logins.extend(page.items.into_iter().map(|item| item.person.login));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(logins.len(), 17);
        logins.sort();
        logins.dedup();
        assert_eq!(logins.len(), 17);
    }
}
