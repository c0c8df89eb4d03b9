//! Papers of a dossier: ticked at intake against what the procedure asks for.

use domain::procedure::PaperRule;
use domain::text::Title;

use super::register::fault;
use super::rows::Paper;
use crate::error::Error;

/// A paper that lies on the desk: one of the procedure's by number, or a further one by name.
#[derive(Debug, Clone)]
pub struct PaperTick {
    pub number: Option<u32>,
    pub name: Option<Title>,
    pub originals: u32,
    pub certified: u32,
    pub copies: u32,
}

/// Writes the ticks onto the procedure's papers; `before` keeps what was ticked earlier.
/// Names every tick that fits no paper.
pub(crate) fn tick(
    rules: &[PaperRule],
    before: &[Paper],
    ticks: &[PaperTick],
) -> Result<Vec<Paper>, Error> {
    let mut papers = if before.is_empty() {
        blank(rules)
    } else {
        before.to_vec()
    };
    let mut faults = Vec::new();
    for (at, tick) in ticks.iter().enumerate() {
        match (tick.number, &tick.name) {
            (Some(number), _) => {
                match papers.iter_mut().find(|paper| paper.number == Some(number)) {
                    Some(paper) => receive(paper, tick),
                    None => faults.push(fault(
                        format!("papers[{at}].number"),
                        "unknown_paper",
                        "Thủ tục không có giấy tờ mang số thứ tự này.",
                        "The procedure has no paper with this number.",
                    )),
                }
            }
            (None, Some(name)) => papers.push(further(name, tick)),
            (None, None) => faults.push(fault(
                format!("papers[{at}]"),
                "required",
                "Cần số thứ tự (number) hoặc tên giấy tờ (name).",
                "Either number or name is needed.",
            )),
        }
    }
    if faults.is_empty() {
        Ok(papers)
    } else {
        Err(Error::Invalid(faults))
    }
}

fn blank(rules: &[PaperRule]) -> Vec<Paper> {
    (1u32..)
        .zip(rules)
        .map(|(number, rule)| Paper {
            number: Some(number),
            name: rule.name.clone(),
            required: rule.required,
            received: false,
            originals: 0,
            certified: 0,
            copies: 0,
        })
        .collect()
}

/// A tick without counts means one original: the paper lies there.
fn receive(paper: &mut Paper, tick: &PaperTick) {
    let counted = tick.originals > 0 || tick.certified > 0 || tick.copies > 0;
    paper.received = true;
    paper.originals = if counted { tick.originals } else { 1 };
    paper.certified = tick.certified;
    paper.copies = tick.copies;
}

fn further(name: &Title, tick: &PaperTick) -> Paper {
    let mut paper = Paper {
        number: None,
        name: name.as_str().to_owned(),
        required: false,
        received: false,
        originals: 0,
        certified: 0,
        copies: 0,
    };
    receive(&mut paper, tick);
    paper
}

/// Acceptance needs every required paper; each missing one is named.
pub(crate) fn check_required(papers: &[Paper]) -> Result<(), Error> {
    let faults: Vec<_> = papers
        .iter()
        .filter(|paper| paper.required && !paper.received)
        .map(|paper| {
            fault(
                "papers".to_owned(),
                "paper_missing",
                &format!("Thiếu giấy tờ bắt buộc: {}.", paper.name),
                &format!("A required paper is missing: {}.", paper.name),
            )
        })
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(faults))
    }
}
