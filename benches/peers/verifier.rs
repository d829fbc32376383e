//! (f): the verifier beside the loop that one would write by hand; the figures of `cargo bench --bench verifier`.

use std::process::Command;

use crate::build::{self, Profile, cargo};
use crate::document::Section;
use crate::figures::{median, short};
use crate::generate::{self, Target};
use crate::run::{Proof, Row, clean, read_all, side_by_side};
use crate::sources::Door;
use crate::table::Table;
use crate::{Scale, checkout, tell};

const IDLE: &str = include_str!("work/idle_verifiers.rs");
const VERIFIERS: usize = 1_000;
const SECONDS: usize = 2;

/// One line of the benchmark: `runtime: figure: ours 1.0 µs, by hand 2.0 µs (ratio 0.50)`.
struct Figure {
    runtime: String,
    what: String,
    ours: String,
    hand: String,
    ratio: f64,
}

fn figure(line: &str) -> Option<Figure> {
    let (left, ratio) = line.split_once(" (ratio ")?;
    let (left, hand) = left.split_once(", by hand ")?;
    let (left, ours) = left.split_once(": ours ")?;
    let (runtime, what) = left.split_once(": ")?;
    Some(Figure {
        runtime: runtime.to_owned(),
        what: what.to_owned(),
        ours: ours.to_owned(),
        hand: hand.to_owned(),
        ratio: ratio.trim_end_matches(')').parse().ok()?,
    })
}

pub(crate) fn section(scale: Scale) -> Section {
    let mut section = Section::begin("(f) The verifier");
    section.say(
        "What `cargo bench --bench verifier` measured, in release: rounds of a function that returns at once, and what \
         it takes until a start is acknowledged and a stop returns, beside a spawned task with a watch channel and a \
         `Vec`. That loop gives way in each round (`yield_now`) or by tokio's budget (`consume_budget`).",
    );
    tell("cargo bench --bench verifier");
    let mut command = clean(Command::new(cargo()));
    command.args(["bench", "--bench", "verifier"]).current_dir(checkout());
    let (status, text) = read_all(command);
    assert!(status.success(), "cargo bench --bench verifier:\n{text}");
    let figures: Vec<Figure> = text.lines().filter_map(figure).collect();
    assert!(
        !figures.is_empty(),
        "cargo bench --bench verifier has no figures:\n{text}"
    );
    let mut table = Table::new(["runtime", "", "ours", "by hand", "ratio"]);
    for figure in &figures {
        let cells = [&figure.runtime, &figure.what, &figure.ours, &figure.hand];
        table.row(cells.into_iter().cloned().chain([format!("{:.2}", figure.ratio)]));
        let what = format!("{}, {}", figure.runtime, figure.what);
        if figure.what.starts_with("rounds per second") {
            section.targets.at_least(&what, 0.9, "×", figure.ratio);
        } else if figure.runtime.contains("loaded") && figure.what.contains("p50") {
            section.targets.at_most(&what, 2.0, "×", figure.ratio);
        }
    }
    section.say(&table.text());
    for line in text.lines().filter(|line| line.starts_with("memory: ")) {
        section.body.push_str(&format!("- {line}\n"));
    }
    section.body.push('\n');
    idle(&mut section, scale);
    section
}

/// What verifiers cost between two rounds.
fn idle(section: &mut Section, scale: Scale) {
    let target = Target {
        name: "idle".to_owned(),
        harness: false,
        source: IDLE.to_owned(),
    };
    let package = generate::package("idle", &generate::dependency(Door::Main), &[target]);
    let program = build::test(&package, "idle", Profile::Dev);
    let rows = [0, VERIFIERS].map(|verifiers| {
        let proof = Proof::Text("test result: ok. 1 passed; 0 failed".to_owned());
        Row::new(verifiers.to_string(), &program, proof)
            .variable("PEERS_SIZE", verifiers)
            .variable("PEERS_SECONDS", SECONDS)
            .arguments(["started_before"])
    });
    let without = rows[1].clone().variable("PEERS_SECONDS", 0).named("start");
    let [none, many] = rows;
    let measured = side_by_side(&[none, many, without], scale.times(7));
    let samples = measured.of(&VERIFIERS.to_string()).iter().zip(measured.of("start"));
    let spent = median(samples.map(|(idle, start)| idle.cpu - start.cpu)).max(0.0);
    let none = measured.cpu("0");
    section.say(&format!(
        "### {VERIFIERS} verifiers between two rounds\n\nStarted, and for {SECONDS} s in the pause of an hour between two \
         rounds: {} ms of processor time in these seconds; the whole process without verifiers takes {} ms.",
        short(spent * 1e3),
        short(none * 1e3)
    ));
    let share = spent / SECONDS as f64 * 100.0;
    section
        .targets
        .at_most(&format!("{VERIFIERS} idle verifiers, of one core"), 1.0, " %", share);
}
