//! The people and things that the rows of the matrix need: the demo ward, and for each role in it
//! somebody with the same role elsewhere.

use std::cell::Cell;

use serde_json::{Value, json};

use super::Call;
use crate::support::{Answer, Client, Staff, World};

/// Everybody, and a counter for names that nobody has yet.
pub struct Stage<'w> {
    pub world: &'w World,
    pub staff: Staff,
    /// Administrator of the ward, and of the ward alone.
    pub ward_admin: Client,
    pub other_admin: Client,
    pub other_manager: Client,
    pub other_head: Client,
    pub other_specialist: Client,
    /// A connected system of the ward.
    pub system: Client,
    /// A clerk who left.
    pub retired: Client,
    serial: Cell<u32>,
}

impl<'w> Stage<'w> {
    pub fn set(world: &'w World) -> Self {
        for (login, role, office, department) in [
            ("quantri.phuong", "administrator", "H29.23", "van_phong"),
            ("quantri.phuong2", "administrator", "H29.24", "van_phong"),
            ("lanhdao.phuong2", "manager", "H29.24", "lanh_dao"),
            ("truongphong.phuong2", "head", "H29.24", "tu_phap"),
            ("chuyenvien.phuong2", "specialist", "H29.24", "tu_phap"),
            ("chuyenvien.tuphap.2", "specialist", "H29.23", "tu_phap"),
            ("nguoi.da.nghi", "clerk", "H29.23", "mot_cua"),
        ] {
            hire(world, login, role, office, department);
        }
        world.meddle("UPDATE staff SET retired_at = created_at WHERE login = 'nguoi.da.nghi'");
        Self {
            world,
            staff: Staff::of(world),
            ward_admin: world.staff("quantri.phuong"),
            other_admin: world.staff("quantri.phuong2"),
            other_manager: world.staff("lanhdao.phuong2"),
            other_head: world.staff("truongphong.phuong2"),
            other_specialist: world.staff("chuyenvien.phuong2"),
            system: system(world, "H29.23"),
            retired: world.staff("nguoi.da.nghi"),
            serial: Cell::new(0),
        }
    }

    /// A number that was not given before.
    pub fn fresh(&self) -> u32 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }

    /// A command on a dossier as its clerk sees it now.
    pub async fn command(&self, code: &str, verb: &str, body: Value) -> Call {
        let path = format!("/api/v1/dossiers/{code}/{verb}");
        Call::post(path, body).seen(&self.staff.clerk.dossier(code).await.expect(200))
    }

    /// What the chief administrator reads.
    pub async fn read(&self, path: &str) -> Answer {
        self.staff.admin.get(path).await.expect(200)
    }

    /// What the chief administrator adds.
    pub async fn add(&self, path: &str, body: Value) -> Answer {
        self.staff.admin.post(path, &body).await.expect(201)
    }

    /// The chief administrator retires what lies at a path.
    pub async fn retire(&self, path: &str) -> Answer {
        let seen = self.read(path).await;
        let gone = self.staff.admin.delete(path, seen.etag()).await;
        assert!(gone.status == 200 || gone.status == 204, "{gone:?}");
        gone
    }

    /// Somebody of the ward who does nothing yet, as a path.
    pub async fn newcomer(&self) -> String {
        let login = format!("nguoi.moi.{}", self.fresh());
        let body = json!({
            "login": login, "display_name": "Người mới", "office": "H29.23",
            "roles": [{ "role": "specialist", "office": "H29.23" }],
        });
        format!(
            "/api/v1/staff/{}",
            self.add("/api/v1/staff", body).await.text("id")
        )
    }

    /// The id of a department of the ward.
    pub fn department(&self, code: &str) -> String {
        let code = code.to_owned();
        self.world.read(move |conn| {
            use diesel::prelude::*;
            use infra::db::schema::{departments, offices};
            Ok(departments::table
                .inner_join(offices::table)
                .filter(offices::code.eq("H29.23"))
                .filter(departments::code.eq(code))
                .select(departments::uid)
                .first(conn)?)
        })
    }
}

/// Somebody with one role, past the service: signing up is not what the rows are about.
fn hire(world: &World, login: &str, role: &str, office: &str, department: &str) {
    world.meddle(&format!(
        "INSERT INTO staff (uid, login, display_name, office_id, department_id, password_hash, \
           created_at) \
         SELECT '{uid}', '{login}', '{login}', offices.id, departments.id, staff.password_hash, \
           staff.created_at \
         FROM staff, offices JOIN departments ON departments.office_id = offices.id \
         WHERE staff.login = 'tiepnhan' AND offices.code = '{office}' \
           AND departments.code = '{department}'; \
         INSERT INTO staff_roles (staff_id, role, office_id) \
         SELECT id, '{role}', office_id FROM staff WHERE login = '{login}'",
        uid = infra::ids::new_uid(),
    ));
}

/// Another office's system.
pub fn system(world: &World, office: &str) -> Client {
    let uid = infra::ids::new_uid();
    world.meddle(&format!(
        "INSERT INTO clients (uid, name, office_id, secret_hash, created_at) \
         SELECT '{uid}', 'Phần mềm một cửa', id, 'none', created_at FROM offices \
         WHERE code = '{office}'"
    ));
    Client::of_system(world, &uid)
}
