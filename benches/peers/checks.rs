//! (d): what one passing check costs.

use crate::Scale;
use crate::build::{self, Profile};
use crate::document::Section;
use crate::figures::{count, median, short};
use crate::generate::{self, Package, Target};
use crate::run::{Measured, Proof, Row, Sample, side_by_side};
use crate::sources::Door;
use crate::table::Table;
use crate::targets::Targets;

const TASKS: usize = 1_000;
/// Checks of a run that shows each of them.
const SHOWN: usize = 1_000_000;
/// Checks of a run that shows none: more, since starting a process differs by more than so cheap a check costs.
const UNSHOWN: usize = 10_000_000;

const OURS: &str = include_str!("work/checks_ours.rs");
const PLAIN: &str = include_str!("work/checks_plain.rs");
const GOOGLETEST: &str = include_str!("work/checks_googletest.rs");

const ASSERT: &str = "`assert_eq!`";
const EXPECT: &str = "googletest `expect_eq!`";

/// A contender: its name, its package, the test of it, the arguments, and whether its checks are shown.
struct Contender {
    name: String,
    package: Package,
    test: &'static str,
    arguments: &'static [&'static str],
    shown: bool,
}

fn ours(door: &str, check: &str, tasks: &str, format: &str) -> String {
    format!("`{check}!`, {door}, {tasks}{format}")
}

fn contenders(profile: Profile) -> Vec<Contender> {
    let package = |name: &str, door: Door, dependency: &str, source: String| {
        let target = Target {
            name: "checks".to_owned(),
            harness: door != Door::Main,
            source,
        };
        generate::package(name, dependency, &[target])
    };
    let dependency = generate::dependency(Door::Main);
    // There the runtime of the whole program has a thread for each core.
    let in_main = format!(
        "{}\nasync_test_suite::main!();\n",
        OURS.replace("(flavor = \"multi_thread\")", "")
    );
    let main = package("checks-main", Door::Main, &dependency, in_main.clone());
    let suite = package("checks-suite", Door::Suite, &dependency, OURS.to_owned());
    let main_optimized = format!("checks-main{}", generate::OPTIMIZED);
    let main_optimized = package(&main_optimized, Door::Main, &dependency, in_main);
    let plain = package("checks-plain", Door::Tokio, "", PLAIN.to_owned());
    let google = package(
        "checks-googletest",
        Door::Tokio,
        "googletest = \"*\"",
        GOOGLETEST.to_owned(),
    );
    let mut all = Vec::new();
    let mut add = |name: String, package: &Package, test, arguments, shown| {
        all.push(Contender {
            name,
            package: package.clone(),
            test,
            arguments,
            shown,
        });
    };
    add(format!("{ASSERT}, one task"), &plain, "one", &[], false);
    add(format!("{ASSERT}, 1,000 tasks"), &plain, "many", &[], false);
    add(format!("{EXPECT}, one task"), &google, "one", &[], false);
    for (test, check, tasks) in TESTS {
        add(ours("main!", check, tasks, ""), &main, test, &[], false);
        add(ours("built-in harness", check, tasks, ""), &suite, test, &[], false);
    }
    for (test, check, tasks) in TESTS {
        let name = ours("main!", check, tasks, ", each written as TAP");
        add(name, &main, test, &["--format", "tap"], true);
    }
    if profile == Profile::Dev {
        for (test, check, tasks) in &TESTS[..2] {
            let name = ours("main!", check, tasks, OPTIMIZED);
            add(name.clone(), &main_optimized, test, &[], false);
            let name = format!("{name}, each written as TAP");
            add(name, &main_optimized, test, &["--format", "tap"], true);
        }
    }
    all
}

const OPTIMIZED: &str = ", runtime optimized";
const ONE: &str = "one task";
const MANY: &str = "1,000 tasks";
const TESTS: [(&str, &str, &str); 4] = [
    ("is_one", "is", ONE),
    ("ok_one", "ok", ONE),
    ("is_many", "is", MANY),
    ("ok_many", "ok", MANY),
];

/// Two rows for each contender: all its checks, and none.
fn rows(profile: Profile, scale: Scale) -> (Vec<Row>, Vec<usize>) {
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    for contender in contenders(profile) {
        let program = build::test(&contender.package, "checks", profile);
        let checks = if contender.shown || scale.quick { SHOWN } else { UNSHOWN };
        for size in [checks, 0] {
            let proof = if contender.arguments.is_empty() {
                Proof::Text("test result: ok. 1 passed; 0 failed".to_owned())
            } else {
                // The line of the suite is the last one.
                Proof::Lines("ok ", size + 1)
            };
            let name = format!("{} ({})", contender.name, count(size));
            let row = Row::new(name, &program, proof).arguments([contender.test, "--exact"]);
            let row = row.arguments(contender.arguments.iter().copied());
            rows.push(row.variable("PEERS_SIZE", size).variable("PEERS_TASKS", TASKS));
        }
        sizes.push(checks);
    }
    (rows, sizes)
}

/// What a check of each contender costs.
struct Costs(Vec<(String, Cost)>);

struct Cost {
    wall: f64,
    cpu: f64,
    peak: f64,
    peak_before: f64,
}

impl Costs {
    fn new(measured: &Measured, sizes: &[usize], profile: Profile) -> Costs {
        let mut costs = Vec::new();
        for ((pair, size), contender) in measured.rows.chunks(2).zip(sizes).zip(contenders(profile)) {
            let [(_, full), (_, none)] = pair else {
                panic!("two rows for each contender")
            };
            let each = |of: fn(&Sample) -> f64| {
                let pairs = full.iter().zip(none);
                median(pairs.map(|(full, none)| of(full) - of(none))) * 1e9 / *size as f64
            };
            let peak = |samples: &[Sample]| median(samples.iter().map(|sample| sample.peak));
            let cost = Cost {
                wall: each(|sample| sample.wall),
                cpu: each(|sample| sample.cpu),
                peak: peak(full),
                peak_before: peak(none),
            };
            costs.push((contender.name, cost));
        }
        Costs(costs)
    }

    fn of(&self, name: &str) -> f64 {
        let row = self.0.iter().find(|(row, _)| row == name);
        row.unwrap_or_else(|| panic!("no row `{name}`")).1.wall
    }

    fn table(&self) -> String {
        let base = self.of(&format!("{EXPECT}, one task"));
        let mut table = Table::new([
            "",
            "ns",
            "cpu ns",
            "of `expect_eq!`",
            "peak MiB",
            "peak MiB without checks",
        ]);
        for (name, cost) in &self.0 {
            let cells = [cost.wall, cost.cpu, cost.wall / base, cost.peak, cost.peak_before];
            table.row(std::iter::once(name.clone()).chain(cells.map(short)));
        }
        table.text()
    }

    fn aim(&self, targets: &mut Targets, profile: Profile) {
        let (unshown, shown) = match profile {
            Profile::Dev => (60.0, 300.0),
            Profile::Release => (15.0, 90.0),
        };
        for check in ["is", "ok"] {
            for door in ["main!", "built-in harness"] {
                let one = self.of(&ours(door, check, ONE, ""));
                let what = format!("`{check}!`, {door}, {profile}");
                targets.at_most(&format!("{what}: a check that nobody shows"), unshown, " ns", one);
                if profile == Profile::Dev {
                    let google = self.of(&format!("{EXPECT}, one task"));
                    targets.at_most(&format!("{what}: beside `expect_eq!`"), 1.0, "×", one / google);
                }
                let many = self.of(&ours(door, check, MANY, ""));
                targets.at_most(&format!("{what}: 1,000 tasks beside one"), 1.0, "×", many / one);
            }
            let tap = self.of(&ours("main!", check, ONE, ", each written as TAP"));
            let what = format!("`{check}!`, main!, {profile}");
            targets.at_most(&format!("{what}: written as TAP"), shown, " ns", tap);
            if profile == Profile::Dev {
                let name = ours("main!", check, ONE, OPTIMIZED);
                let what = format!("{what}{OPTIMIZED}");
                targets.at_most(
                    &format!("{what}: a check that nobody shows"),
                    unshown,
                    " ns",
                    self.of(&name),
                );
                let tap = self.of(&format!("{name}, each written as TAP"));
                targets.at_most(&format!("{what}: written as TAP"), shown, " ns", tap);
            }
        }
    }
}

pub(crate) fn section(scale: Scale) -> Section {
    let mut section = Section::begin("(d) One passing check");
    section.say(&format!(
        "Nanoseconds per passing check: the time of a process that checks, less that of the same process without \
         checks, by the number of them: {} where each is shown, {} else. Two integers are compared, with a literal \
         message. Spread over 1,000 tasks they run on a multi-threaded runtime; `expect_eq!` cannot be used there. \
         googletest is the only peer whose check does not end the test.",
        count(SHOWN),
        count(if scale.quick { SHOWN } else { UNSHOWN })
    ));
    for profile in Profile::BOTH {
        let (rows, sizes) = rows(profile, scale);
        let measured = side_by_side(&rows, scale.times(7));
        let costs = Costs::new(&measured, &sizes, profile);
        section.say(&format!("### {profile}"));
        section.say(&costs.table());
        costs.aim(&mut section.targets, profile);
    }
    let all = contenders(Profile::Dev);
    let google = all
        .iter()
        .find(|one| one.name.starts_with(EXPECT))
        .expect("it is there");
    section.with = format!("{}; googletest {}", section.with, google.package.version("googletest"));
    section
}
