//! Builds again when a migration is added, since the migrations are part of the program.

fn main() {
    #[expect(clippy::print_stdout, reason = "cargo reads its instructions from there")]
    {
        println!("cargo:rerun-if-changed=../migrations");
    }
}
