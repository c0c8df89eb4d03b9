//! The figures as a table, each with what it must reach.

/// One line: a figure, what it is held against, and the bound.
pub struct Line {
    pub what: String,
    pub figure: String,
    pub limit: String,
    pub verdict: Verdict,
}

#[derive(Clone, Copy)]
pub struct Verdict {
    pub value: f64,
    pub bound: f64,
    pub unit: &'static str,
    /// Whether the value may not be below the bound, or not above.
    pub at_least: bool,
}

impl Verdict {
    pub fn holds(&self) -> bool {
        if self.at_least {
            self.value >= self.bound
        } else {
            self.value <= self.bound
        }
    }
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the table; whether every bound holds.
pub fn print(lines: &[Line]) -> bool {
    println!("| what | figure | against | reached | asked | |");
    println!("|---|---|---|---|---|---|");
    for line in lines {
        let Verdict {
            value,
            bound,
            unit,
            at_least,
        } = line.verdict;
        let digits = if unit == " ×" { 2 } else { 1 };
        let sign = if at_least { "≥" } else { "≤" };
        let word = if line.verdict.holds() {
            "ok"
        } else {
            "**missed**"
        };
        println!(
            "| {} | {} | {} | {value:.digits$}{unit} | {sign} {bound}{unit} | {word} |",
            line.what, line.figure, line.limit,
        );
    }
    lines.iter().all(|line| line.verdict.holds())
}
