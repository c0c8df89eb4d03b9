//! A dossier at the steps of its route, and what comes of it.

use domain::dossier::Outcome;
use infra::dossier::Request;

use super::{Case, Scene, Stage, missing};
use crate::year::act::Hands;
use crate::year::chance::per_mille;
use crate::year::time::DAY;

impl Case {
    pub(super) fn work(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        let what = self.what(scene);
        let last = index + 1 == what.steps.len();
        let first = !self.done.corrected;
        let roll = self.dice.below(1000);
        let wants_money = if what.payment_stage { 300 } else { 30 };
        if first && index == 0 && roll < 50 && !self.done.papers {
            self.want_papers(scene, hands);
        } else if (50..50 + wants_money).contains(&roll) && !self.done.payment {
            self.want_payment(scene, hands, index);
        } else if roll >= 985 && index > 0 && !self.done.sent_back && first {
            self.send_back(scene, hands, index);
        } else if (960..980).contains(&roll) && !self.done.assigned {
            self.assign(scene, hands, index);
        } else if first
            && what.extra_limit.is_some()
            && (900..960).contains(&roll)
            && !self.done.extended
        {
            self.extend(scene, hands, index);
        } else if first && (892..900).contains(&roll) {
            self.withdraw(scene, hands);
        } else if (888..892).contains(&roll) {
            self.stop(scene, hands);
        } else if last {
            self.resolve(scene, hands);
        } else {
            self.forward(scene, hands, index + 1, None);
        }
    }

    fn want_papers(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        self.done.papers = true;
        if self.by_holder(hands, scene, &missing()) {
            self.stage = Stage::Papers { intake: false };
            self.papers_come(scene);
        } else {
            self.after(scene, 1, 5);
        }
    }

    fn want_payment(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        self.done.payment = true;
        let request = Request::RequestPayment {
            amount_vnd: 28_000,
            purpose: "Lệ phí".parse().unwrap(),
        };
        self.by_holder(hands, scene, &request);
        self.stage = Stage::Payment(index);
        self.after_hours(1, 150);
    }

    pub(super) fn pay(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        if !self.done.corrected && per_mille(&mut self.dice, 60) {
            self.withdraw(scene, hands);
            return;
        }
        let clerk = self.clerk(scene);
        let request = Request::ConfirmPayment {
            receipt: None,
            note: None,
        };
        self.command(hands, scene, clerk, &request);
        self.stage = Stage::Step(index);
        self.work_goes_on(scene, index);
    }

    fn send_back(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        self.done.sent_back = true;
        let able = scene.ward.for_step(&self.what(scene).steps[index - 1]);
        let to = self.one_of(&able);
        let request = Request::SendBack {
            to: Some(scene.ward.person(to).uid.clone()),
            reason: "Cần xem lại".parse().unwrap(),
        };
        self.by_holder(hands, scene, &request);
        self.holder = to;
        self.stage = Stage::Step(index - 1);
        self.work_goes_on(scene, index - 1);
    }

    fn assign(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        self.done.assigned = true;
        let able = scene.ward.for_step(&self.what(scene).steps[index]);
        let to = self.one_of(&able);
        let manager = self.manager(scene);
        let request = Request::Assign {
            to: scene.ward.person(to).uid.clone(),
            reason: None,
        };
        self.command(hands, scene, manager, &request);
        self.holder = to;
        self.work_goes_on(scene, index);
    }

    fn extend(&mut self, scene: &Scene, hands: &mut Hands<'_>, index: usize) {
        self.done.extended = true;
        let reason = "Cần xác minh".parse().unwrap();
        self.by_holder(hands, scene, &Request::Extend { reason });
        self.work_goes_on(scene, index);
    }

    fn resolve(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        let approved = per_mille(&mut self.dice, 950);
        let request = Request::Resolve {
            outcome: if approved {
                Outcome::Approved
            } else {
                Outcome::Declined
            },
            reason: (!approved).then(|| "Không đủ điều kiện".parse().unwrap()),
        };
        self.by_holder(hands, scene, &request);
        self.stage = Stage::Resolved;
        if per_mille(&mut self.dice, 400) {
            self.after(scene, 10, 1400);
        } else {
            // It lies on the shelf for ever.
            self.stage = Stage::Over;
        }
    }

    pub(super) fn hand_out(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        if !self.done.corrected && per_mille(&mut self.dice, 12) {
            self.correct(scene, hands);
            return;
        }
        let clerk = self.clerk(scene);
        let request = Request::ReturnResult {
            way: "in_person",
            recipient: "Người nộp hồ sơ".parse().unwrap(),
            note: None,
        };
        self.command(hands, scene, clerk, &request);
        self.stage = Stage::Over;
    }

    fn correct(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        self.done.corrected = true;
        let index = self.what(scene).steps.len() - 1;
        let able = scene.ward.for_step(&self.what(scene).steps[index]);
        let to = self.one_of(&able);
        let manager = self.manager(scene);
        let request = Request::CorrectResult {
            to: Some(scene.ward.person(to).uid.clone()),
            reason: "Sai tên".parse().unwrap(),
        };
        self.command(hands, scene, manager, &request);
        self.holder = to;
        self.stage = Stage::Step(index);
        // Some of these become late as well.
        if per_mille(&mut self.dice, 200) {
            self.at += 5 * DAY;
        }
        self.after(scene, 60, 1800);
    }
}
