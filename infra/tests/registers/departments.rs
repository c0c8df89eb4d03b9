//! Departments: one code per office, renamed and retired by administrators.

use infra::error::Error;
use infra::office::{
    change_department, create_department, list_departments, read_department, restore_department,
    retire_department,
};

use crate::support::Ward;

fn create(ward: &Ward, login: &str, office: &'static str, code: &str) -> Result<String, Error> {
    let (code, name) = (code.parse().unwrap(), "Phòng mới".parse().unwrap());
    ward.by(login, move |conn, env, who| {
        create_department(conn, env, who, office, &code, &name).map(|made| made.department.uid)
    })
}

#[test]
fn a_code_stands_once_in_an_office_and_again_in_another() {
    for ward in Ward::each() {
        create(&ward, "quantri", "H29.23", "phong_moi").unwrap();
        let again = create(&ward, "quantri", "H29.23", "phong_moi");
        assert!(matches!(again, Err(Error::AlreadyExists)));
        create(&ward, "quantri", "H29.24", "phong_moi").unwrap();
        assert!(matches!(
            create(&ward, "lanhdao", "H29.23", "khac"),
            Err(Error::Forbidden)
        ));
        assert!(matches!(
            create(&ward, "quantri", "H99", "khac"),
            Err(Error::NotFound)
        ));
    }
}

#[test]
fn a_department_is_renamed_retired_and_restored() {
    for ward in Ward::each() {
        let uid = create(&ward, "quantri", "H29.23", "phong_moi").unwrap();
        let name = "Phòng đổi tên".parse().unwrap();
        let key = uid.clone();
        let renamed = ward.by("quantri", move |conn, env, who| {
            change_department(conn, env, who, &key, 1, &name)
        });
        assert_eq!(renamed.unwrap().department.version, 2);
        let key = uid.clone();
        let stale = ward.by("quantri", move |conn, env, who| {
            retire_department(conn, env, who, &key, 1)
        });
        assert!(matches!(stale, Err(Error::Stale(2))));
        let key = uid.clone();
        ward.by("quantri", move |conn, env, who| {
            retire_department(conn, env, who, &key, 2)
        })
        .unwrap();
        let listed = |retired| {
            let page = ward.read(|conn, _| list_departments(conn, "H29.23", retired, 50, None));
            page.unwrap().items.len()
        };
        assert_eq!((listed(false), listed(true)), (7, 1));
        let key = uid.clone();
        ward.by("quantri", move |conn, env, who| {
            restore_department(conn, env, who, &key, 3)
        })
        .unwrap();
        assert_eq!((listed(false), listed(true)), (8, 0));
        let record = [
            "department.create",
            "department.change",
            "department.retire",
            "department.restore",
        ];
        assert_eq!(ward.recorded(&uid), record);
    }
}

#[test]
fn a_department_with_people_is_not_retired() {
    for ward in Ward::each() {
        let office = ward.principal("tiepnhan").office_id;
        let uid = ward.department(office, "tu_phap");
        let key = uid.clone();
        let used = ward.by("quantri", move |conn, env, who| {
            retire_department(conn, env, who, &key, 1)
        });
        assert!(
            matches!(
                used,
                Err(Error::InUseBy {
                    what: "active_staff",
                    count: 2
                })
            ),
            "{used:?}"
        );
        let detail = ward.read(|conn, _| read_department(conn, &uid)).unwrap();
        assert_eq!(
            (detail.office.as_str(), detail.department.retired_at),
            ("H29.23", None)
        );
    }
}
