//! Reading `.http` files as the REST Client of VS Code does, as far as ours go; and the same
//! requests as the HTTP client of JetBrains wants them.

use std::collections::{BTreeMap, BTreeSet};

/// A file of requests.
pub(super) struct HttpFile {
    pub variables: BTreeMap<String, String>,
    pub requests: Vec<Request>,
}

/// A request as it is written, its references not yet filled in.
pub(super) struct Request {
    pub title: String,
    /// `# @name`, by which later requests refer to the answer.
    pub name: Option<String>,
    /// `# expect`: the status.
    pub expect: Option<u16>,
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl HttpFile {
    pub(super) fn parse(text: &str) -> Self {
        let mut file = Self {
            variables: BTreeMap::new(),
            requests: Vec::new(),
        };
        for block in blocks(text) {
            file.variables.extend(variables(&block));
            file.requests.extend(request(&block));
        }
        file
    }
}

/// The lines from one `###` to the next, the `###` first; what stands above the first is a
/// block as well.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines() {
        if line.starts_with("###") {
            blocks.push(Vec::new());
        }
        blocks.last_mut().expect("there is a first").push(line);
    }
    blocks
}

/// The REST Client drops these wherever they stand, in bodies too.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//")
}

fn is_variable(line: &str) -> bool {
    line.starts_with('@') && line.contains('=')
}

fn variables(block: &[&str]) -> impl Iterator<Item = (String, String)> {
    block.iter().filter(|line| is_variable(line)).map(|line| {
        let (name, value) = line[1..].split_once('=').expect("an equals sign");
        (name.trim().to_owned(), value.trim().to_owned())
    })
}

/// None for a block of comments and variables alone.
fn request(block: &[&str]) -> Option<Request> {
    let title = block.first()?.trim_start_matches('#').trim().to_owned();
    let note = |mark: &str| {
        let marked = block.iter().filter(|line| is_comment(line));
        let mut found = marked.filter_map(|line| line.strip_prefix(mark).map(str::trim));
        let first = found.next().map(str::to_owned);
        assert!(found.next().is_none(), "two of “{mark}” in “{title}”");
        first
    };
    let (name, expect) = (note("# @name "), note("# expect "));
    let said = block.iter().copied().filter(|line| !is_comment(line));
    let mut lines = said.skip_while(|line| line.trim().is_empty() || is_variable(line));
    let (method, url) = lines
        .next()?
        .split_once(' ')
        .expect("a method and an address");
    let headers = lines.by_ref().take_while(|line| !line.trim().is_empty());
    let headers = headers.map(|line| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.trim().to_owned(), value.trim().to_owned())
    });
    Some(Request {
        name,
        expect: expect.map(|status| status.parse().expect("a status")),
        method: method.to_owned(),
        url: url.trim().to_owned(),
        headers: headers.collect(),
        body: lines.collect::<Vec<_>>().join("\n").trim_end().to_owned(),
        title,
    })
}

/// What stands between `{{` and `}}`, each once.
pub(super) fn references(text: &str) -> BTreeSet<String> {
    let starts = text.split("{{").skip(1);
    starts
        .map(|rest| rest.split_once("}}").expect("closing braces").0.to_owned())
        .collect()
}

/// The same file for JetBrains: it knows no references to answers, so the answer's parts that
/// are wanted later are kept as global variables by a script behind the request.
pub(super) fn for_jetbrains(text: &str) -> String {
    let wanted: BTreeSet<String> = references(text)
        .into_iter()
        .filter(|reference| reference.contains('.'))
        .collect();
    let mut out = String::from(HEAD);
    for block in blocks(text).into_iter().skip(1) {
        let mut written = block.join("\n").trim_end().to_owned();
        for reference in &wanted {
            let kept = format!("{{{{{}}}}}", variable_of(reference));
            written = written.replace(&format!("{{{{{reference}}}}}"), &kept);
        }
        out.push_str(&written);
        out.push_str("\n\n");
        if let Some(request) = request(&block) {
            out.push_str(&script(&request, &wanted));
        }
    }
    let mut out = out.trim_end().to_owned();
    out.push('\n');
    out
}

const HEAD: &str = "\
# Made from requests.http: change that one, then see CONTRIBUTING.md how this one is written.
# Một ngày của cán bộ tiếp nhận và chuyên viên, cho HTTP Client của JetBrains.
# A clerk's and a specialist's day, for the HTTP client of JetBrains IDEs.
#
#   1. cargo run --release -- demo
#   2. Chạy cả tệp, hoặc từng yêu cầu từ trên xuống. Run all, or one by one from the top.

@host = http://127.0.0.1:8080
@password = demo-motcua-2026

";

fn script(request: &Request, wanted: &BTreeSet<String>) -> String {
    let mut lines = Vec::new();
    if let Some(status) = request.expect {
        lines.push(format!(
            "client.test(\"{status}\", function () {{ client.assert(response.status === {status}, \"HTTP \" + response.status); }});"
        ));
    }
    for reference in wanted {
        let (name, part) = reference
            .split_once(".response.")
            .expect("a reference to an answer");
        if request.name.as_deref() == Some(name) {
            let value = match part.split_once('.').expect("a part of the answer") {
                ("headers", header) => format!("response.headers.valueOf(\"{header}\")"),
                (_, path) => format!("response.body{}", path.trim_start_matches('$')),
            };
            lines.push(format!(
                "client.global.set(\"{}\", {value});",
                variable_of(reference)
            ));
        }
    }
    format!("> {{%\n    {}\n%}}\n\n", lines.join("\n    "))
}

/// `clerk.response.body.$.access_token` becomes `clerk_access_token`.
fn variable_of(reference: &str) -> String {
    let short = reference
        .replace(".response.body.$.", "_")
        .replace(".response.headers.", "_");
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '_'
        }
    };
    short
        .chars()
        .map(plain)
        .collect::<String>()
        .replace("__", "_")
}
