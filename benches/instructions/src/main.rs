//! Guards the cost of a passing check, a round of a verifier and a subtest, in instructions: unlike time, they do not
//! depend on what else the machine does. `cargo run --profile counts -p instructions` counts them with valgrind and fails when
//! one has grown by more than 5 % over what `benches/instructions/counts.toml` holds for this compiler; `-- --renew` writes
//! the counts of now into that file.
//!
//! Each count is the difference of two runs of different size, by the difference in size, so that what starting costs
//! cancels out.

mod numbers;
mod work;

use std::process::Command;

use self::numbers::Numbers;

/// A count may grow by this share.
const MAY_GROW: f64 = 0.05;
/// Set for the programs that are counted: these must not count.
const CHILD: &str = "INSTRUCTIONS_CHILD";

const RENEW: &str = "cargo run --profile counts -p instructions -- --renew";

/// The instructions of a run of this program with so much of this work.
fn instructions(work: &str, size: u64) -> u64 {
    assert!(
        std::env::var_os(CHILD).is_none(),
        "a program that is counted must not count"
    );
    let program = std::env::current_exe().expect("the program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--run", work, &size.to_string()])
        .env(CHILD, "1")
        .output();
    let output = output.unwrap_or_else(|error| {
        panic!("valgrind counts the instructions, and it cannot be run ({error}): sh benches/instructions/setup-valgrind.sh")
    });
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{work}: {}\n{text}", output.status);
    let count = text
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1)?.trim().parse().ok());
    count.unwrap_or_else(|| panic!("valgrind told no count of {work}:\n{text}"))
}

fn each(work: &str) -> f64 {
    let (few, many) = work::sizes(work);
    let more = instructions(work, many).saturating_sub(instructions(work, few));
    more as f64 / (many - few) as f64
}

/// The compiler, as the file calls it: another one makes other code of the same source.
fn compiler() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    format!("{} {}", line("release: "), line("host: "))
}

#[allow(clippy::print_stdout, reason = "a benchmark prints")]
fn show(text: &str) {
    println!("{text}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => guard(),
        ["--renew"] => renew(),
        ["--run", work, size] => work::run(work, size.parse().expect("a number")),
        _ => panic!("unknown arguments {arguments:?}: only --renew is known"),
    }
}

fn renew() {
    let mut numbers = Numbers::read();
    for work in work::ALL {
        let count = each(work);
        show(&format!("{work}: {count:.1} instructions"));
        numbers.put(&compiler(), work, count);
    }
    numbers.write();
}

fn guard() {
    let (numbers, compiler) = (Numbers::read(), compiler());
    let mut grown = Vec::new();
    for work in work::ALL {
        let Some(before) = numbers.get(&compiler, work) else {
            panic!(
                "benches/instructions/counts.toml has no count of `{work}` for {compiler}. Count it on a revision whose cost is \
                 known to be good, and commit the file: {RENEW}"
            );
        };
        let now = each(work);
        let growth = now / before - 1.0;
        show(&format!(
            "{work}: {now:.1} instructions, {before:.1} before ({:+.1} %)",
            growth * 100.0
        ));
        if growth > MAY_GROW {
            grown.push(work);
        } else if growth < -MAY_GROW {
            show(&format!("{work}: better than the file says; keep it so: {RENEW}"));
        }
    }
    assert!(
        grown.is_empty(),
        "{} costs more than 5 % more instructions than before. If that is worth it, say why and renew the counts: {RENEW}",
        grown.join(", ")
    );
}
