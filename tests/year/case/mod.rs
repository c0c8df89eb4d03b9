//! One dossier from its arrival to its end, as people who follow no rule but chance would have it.

mod work;

use infra::dossier::{Intake, Request};

use crate::year::act::{Arrival, Hands, papers};
use crate::year::chance::{Dice, between, per_mille, pick};
use crate::year::model::calendar::Calendar;
use crate::year::time::{At, HOUR, MINUTE, SECOND};
use crate::year::ward::{Absence, Limit, Person, Procedure, Ward};

/// What all dossiers have around them.
pub struct Scene {
    pub ward: Ward,
    pub absences: Vec<Absence>,
    pub calendar: Calendar,
    pub with_email: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Submitted,
    Accepted,
    Step(usize),
    /// Papers are wanted at intake, or in the first step.
    Papers {
        intake: bool,
    },
    Payment(usize),
    Resolved,
    Over,
}

/// What is done once at most.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    papers_at_intake: bool,
    papers: bool,
    payment: bool,
    sent_back: bool,
    assigned: bool,
    extended: bool,
    corrected: bool,
}

/// A dossier in the hands of chance.
pub struct Case {
    pub at: At,
    what: usize,
    code: String,
    email: Option<String>,
    version: i64,
    stage: Stage,
    holder: i64,
    /// Of a thousand of the budget, how much a step takes.
    pace: (i64, i64),
    /// The step at which it is forgotten for long.
    lies_at: Option<usize>,
    done: Done,
    dice: Dice,
}

impl Case {
    pub fn new(number: u64, at: At, seed: u64, scene: &Scene) -> Self {
        let mut dice = Dice::of(seed, 1000 + number);
        let procedures = &scene.ward.procedures;
        let short = per_mille(&mut dice, 620);
        let fits =
            |one: &&Procedure| (one.limit == Limit::SameDay && one.steps.len() == 3) == short;
        let fitting: Vec<&Procedure> = procedures.iter().filter(fits).collect();
        let code = &pick(&mut dice, &fitting).code;
        let slow = per_mille(&mut dice, 90);
        Self {
            at,
            what: procedures.iter().position(|one| one.code == *code).unwrap(),
            code: String::new(),
            email: per_mille(&mut dice, scene.with_email)
                .then(|| format!("nguoi.nop.{number}@dan.example.vn")),
            version: 1,
            stage: Stage::New,
            holder: 0,
            pace: if slow { (600, 2200) } else { (50, 650) },
            lies_at: per_mille(&mut dice, 12).then(|| usize::try_from(dice.below(4)).unwrap()),
            done: Done::default(),
            dice,
        }
    }

    pub fn is_new(&self) -> bool {
        self.stage == Stage::New
    }

    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Whose it is, for the comparison of addresses.
    pub fn address(&self) -> Option<(String, String)> {
        self.email.clone().map(|email| (self.code.clone(), email))
    }

    /// Does what comes before `next`.
    pub fn act_until(&mut self, next: At, scene: &Scene, hands: &mut Hands<'_>) {
        while self.at < next && !self.is_over() {
            self.act(scene, hands);
        }
    }

    /// Does the next thing, and knows when the one after comes.
    pub fn act(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        match self.stage {
            Stage::New => self.arrive(scene, hands),
            Stage::Submitted => self.answer(scene, hands),
            Stage::Accepted => self.leave_desk(scene, hands),
            Stage::Step(index) => self.work(scene, hands, index),
            Stage::Papers { intake } => self.bring_papers(scene, hands, intake),
            Stage::Payment(index) => self.pay(scene, hands, index),
            Stage::Resolved => self.hand_out(scene, hands),
            Stage::Over => {}
        }
    }

    fn what<'a>(&self, scene: &'a Scene) -> &'a Procedure {
        &scene.ward.procedures[self.what]
    }

    fn one_of(&mut self, people: &[&Person]) -> i64 {
        pick(&mut self.dice, people).id
    }

    fn clerk(&mut self, scene: &Scene) -> i64 {
        self.one_of(&scene.ward.holding("clerk"))
    }

    fn manager(&mut self, scene: &Scene) -> i64 {
        self.one_of(&scene.ward.holding("manager"))
    }

    /// The next thing comes after so many minutes of work.
    fn after(&mut self, scene: &Scene, low: i64, high: i64) {
        let minutes = between(&mut self.dice, low, high.max(low + 1));
        let at = scene.calendar.add_work(self.at, minutes * MINUTE);
        self.at = at + between(&mut self.dice, 1, 59 * SECOND);
    }

    /// The next thing comes after so many hours, also by night.
    fn after_hours(&mut self, low: i64, high: i64) {
        self.at += between(&mut self.dice, low * HOUR, high * HOUR);
    }

    fn command(
        &mut self,
        hands: &mut Hands<'_>,
        scene: &Scene,
        who: i64,
        request: &Request,
    ) -> bool {
        let who = hands.principal(&scene.ward, who, self.at);
        hands.command(&who, self.at, &self.code, &mut self.version, request)
    }

    /// By the responsible person, or who stands in.
    fn by_holder(&mut self, hands: &mut Hands<'_>, scene: &Scene, request: &Request) -> bool {
        let away =
            |one: &&Absence| one.absent == self.holder && one.from <= self.at && self.at < one.to;
        let absence = scene.absences.iter().find(away);
        // Whoever is away may still act; most do not.
        let who = match absence {
            Some(absence) if per_mille(&mut self.dice, 800) => absence.stand_in,
            _ => self.holder,
        };
        self.command(hands, scene, who, request)
    }

    fn arrive(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        let clerk = self.clerk(scene);
        let (intake, channel) = match self.dice.below(100) {
            0..=17 => (Intake::Submit, "online"),
            18..=21 => (Intake::Submit, "post"),
            _ => (Intake::Register, "in_person"),
        };
        let how = Arrival {
            intake,
            channel,
            email: self.email.clone(),
        };
        let who = hands.principal(&scene.ward, clerk, self.at);
        self.code = hands.take_in(&who, self.at, self.what(scene), &how);
        if intake == Intake::Register {
            self.accepted(scene, clerk);
        } else {
            self.stage = Stage::Submitted;
            self.answer_comes(scene);
        }
    }

    fn answer_comes(&mut self, scene: &Scene) {
        if per_mille(&mut self.dice, 70) {
            self.after(scene, 400, 1500);
        } else {
            self.after(scene, 5, 330);
        }
    }

    fn accepted(&mut self, scene: &Scene, clerk: i64) {
        self.stage = Stage::Accepted;
        self.holder = clerk;
        if per_mille(&mut self.dice, 40) {
            self.after(scene, 200, 1200);
        } else {
            self.after(scene, 4, 100);
        }
    }

    fn answer(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        let clerk = self.clerk(scene);
        let roll = self.dice.below(100);
        if roll < 5 {
            let reason = "Không thuộc phạm vi giải quyết".parse().unwrap();
            self.command(hands, scene, clerk, &Request::Refuse { reason });
            self.stage = Stage::Over;
        } else if roll < 12 && !self.done.papers_at_intake {
            self.done.papers_at_intake = true;
            self.command(hands, scene, clerk, &missing());
            self.stage = Stage::Papers { intake: true };
            self.papers_come(scene);
        } else {
            let papers = papers(self.what(scene));
            self.command(hands, scene, clerk, &Request::Accept { papers });
            self.accepted(scene, clerk);
        }
    }

    fn papers_come(&mut self, scene: &Scene) {
        if per_mille(&mut self.dice, 700) {
            self.after(scene, 60, 4000);
        } else {
            // Never: the clock of the service ends it.
            self.stage = Stage::Over;
        }
    }

    fn bring_papers(&mut self, scene: &Scene, hands: &mut Hands<'_>, intake: bool) {
        let clerk = self.clerk(scene);
        let papers = papers(self.what(scene));
        let request = Request::ReceiveSupplement { papers, note: None };
        if !self.command(hands, scene, clerk, &request) {
            self.stage = Stage::Over;
        } else if intake {
            self.stage = Stage::Submitted;
            self.answer_comes(scene);
        } else {
            self.stage = Stage::Step(0);
            self.work_goes_on(scene, 0);
        }
    }

    fn leave_desk(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        if per_mille(&mut self.dice, 12) {
            self.withdraw(scene, hands);
        } else {
            let clerk = self.clerk(scene);
            self.forward(scene, hands, 0, Some(clerk));
        }
    }

    fn withdraw(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        let clerk = self.clerk(scene);
        let reason = "Người nộp xin rút".parse().unwrap();
        self.command(hands, scene, clerk, &Request::Withdraw { reason });
        self.stage = Stage::Over;
    }

    fn stop(&mut self, scene: &Scene, hands: &mut Hands<'_>) {
        let manager = self.manager(scene);
        let request = Request::Stop {
            reason: "Không đủ điều kiện".parse().unwrap(),
            legal_ground: "Điều 21".parse().unwrap(),
        };
        self.command(hands, scene, manager, &request);
        self.stage = Stage::Over;
    }

    fn forward(&mut self, scene: &Scene, hands: &mut Hands<'_>, to: usize, by: Option<i64>) {
        let able = scene.ward.for_step(&self.what(scene).steps[to]);
        let next = self.one_of(&able);
        let request = Request::Forward {
            to: scene.ward.person(next).uid.clone(),
            note: None,
        };
        let went = match by {
            Some(clerk) => self.command(hands, scene, clerk, &request),
            None => self.by_holder(hands, scene, &request),
        };
        if went {
            self.holder = next;
            self.stage = Stage::Step(to);
            self.work_goes_on(scene, to);
        } else {
            self.stage = Stage::Over;
        }
    }

    /// When the next thing happens at a step.
    fn work_goes_on(&mut self, scene: &Scene, index: usize) {
        if self.lies_at == Some(index) {
            self.lies_at = None;
            self.after(scene, 5 * 480, 40 * 480);
            return;
        }
        let budget = match self.what(scene).steps[index].budget {
            Limit::WorkingHours(hours) => hours * 60,
            Limit::WorkingDays(days) | Limit::CalendarDays(days) => days * 480,
            Limit::Months | Limit::SameDay => 480,
        };
        let (low, high) = self.pace;
        self.after(scene, budget * low / 1000, budget * high / 1000);
    }
}

fn missing() -> Request {
    let paper = ("Giấy tờ".parse().unwrap(), "Còn thiếu".parse().unwrap());
    Request::RequestSupplement {
        missing: vec![paper],
        reason: None,
    }
}
