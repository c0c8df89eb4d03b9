//! Files of a dossier.

use crate::support::{MARITAL_STATUS, Staff, in_appraisal};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n";

both! {
    async fn a_file_comes_back_as_a_download_byte_for_byte(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        // The content tells the type, whatever the name says.
        let file = staff.clerk.upload(&code, "Đơn đề nghị.html", PDF.to_vec()).await.expect(201);
        assert_eq!(file.text("media_type"), "application/pdf");
        assert_eq!(file.text("name"), "Đơn đề nghị.html");
        assert_eq!(file.at("size"), PDF.len());
        let got = staff.justice.get(file.header("location")).await.expect(200);
        assert_eq!(got.bytes, PDF);
        assert_eq!(got.header("content-type"), "application/pdf");
        assert!(got.header("content-disposition").starts_with("attachment; filename*=UTF-8''"));
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(got.header("cache-control"), "private, no-store");
        let list = staff.justice.get(&format!("/api/v1/dossiers/{code}/attachments")).await;
        assert_eq!(list.expect(200).each("sha256"), [file.text("sha256")]);
    }

    async fn what_a_browser_would_run_is_refused(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let svg = "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
        for text in ["<!DOCTYPE html><script>alert(1)</script>", svg, "#!/bin/sh\n", "abc", ""] {
            let refused = staff.clerk.upload(&code, "don.pdf", text.into()).await;
            refused.problem(415, "unsupported_file_type");
        }
        let list = staff.clerk.get(&format!("/api/v1/dossiers/{code}/attachments")).await;
        assert_eq!(list.expect(200).each("id"), Vec::<String>::new());
    }

    async fn a_file_above_twenty_mebibytes_is_too_large(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let mut bytes = PDF.to_vec();
        bytes.resize(20 * 1024 * 1024 + 1, b' ');
        let refused = staff.clerk.upload(&code, "don.pdf", bytes).await;
        refused.problem(413, "payload_too_large");
    }

    async fn files_are_for_those_who_see_the_dossier_whole(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let file = staff.clerk.upload(&code, "don.pdf", PDF.to_vec()).await.expect(201);
        let place = file.header("location");
        staff.land.get(place).await.problem(403, "forbidden");
        staff.stranger.get(place).await.problem(404, "not_found");
        world.visitor().get(place).await.problem(401, "unauthenticated");
        staff.stranger.upload(&code, "don.pdf", PDF.to_vec()).await.problem(404, "not_found");
        staff.inspector.upload(&code, "don.pdf", PDF.to_vec()).await.problem(403, "forbidden");
        // Nothing of what is refused is stored: nobody would ever remove it.
        let other = [PDF, b"other".as_slice()].concat();
        staff.inspector.upload(&code, "don.pdf", other.clone()).await.problem(403, "forbidden");
        let sha256 = api::input::Fingerprint::of(&other).to_string();
        assert!(!world.service.files.is_sound(&sha256).await.unwrap());
        // An inspector reads, and the record says so.
        staff.inspector.get(place).await.expect(200);
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        let last = record.at("items").as_array().unwrap().last().unwrap();
        assert_eq!(last["action"], "read_personal_data");
        assert_eq!(last["detail"]["what"], "attachment");
        assert_eq!(last["actor"], staff.inspector.uid);
    }

    async fn a_file_of_another_dossier_is_not_found(world) {
        let staff = Staff::of(&world);
        let one = in_appraisal(&staff, MARITAL_STATUS).await;
        let two = in_appraisal(&staff, MARITAL_STATUS).await;
        let file = staff.clerk.upload(&one, "don.pdf", PDF.to_vec()).await.expect(201);
        let path = format!("/api/v1/dossiers/{two}/attachments/{}", file.text("id"));
        staff.clerk.get(&path).await.problem(404, "not_found");
    }
}
