//! The README's day in `curl`, pasted into bash as a new user would.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::read;

/// Stands before each block that is tried.
const MARK: &str = "<!-- tried by a test -->\n```bash\n";

both! {
    async fn the_day_in_the_readme_can_be_pasted_into_bash(world) {
        let script = script(&world.base());
        let said = tokio::task::spawn_blocking(move || bash(&script)).await.expect("a thread");
        let last_state = said.lines().rfind(|line| line.starts_with("\"state\":"));
        assert!(last_state.is_some_and(|state| state.contains("returned")), "{said}");
        assert_eq!(world.verify().1, Vec::new());
    }
}

fn script(base: &str) -> String {
    let text = read("README.md");
    let blocks: Vec<&str> = text
        .split(MARK)
        .skip(1)
        .map(|rest| rest.split("```").next().expect("an end"))
        .collect();
    assert_eq!(blocks.len(), 5, "blocks of the day");
    blocks.concat().replace("http://127.0.0.1:8080", base)
}

/// Stops at the first command that fails. Needs curl, as the reader does.
fn bash(script: &str) -> String {
    let mut child = Command::new("bash")
        .args(["-eu", "-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut input = child.stdin.take().expect("a way in");
    input
        .write_all(script.as_bytes())
        .expect("a shell that listens");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{said}\n{complained}",
        output.status
    );
    said
}
