//! Any text through those who read our reports: it comes back as it was, or as `docs/tap.md` and `docs/formats.md` say.
//!
//! TAP goes through perl's `TAP::Parser`, npm's `tap-parser` and PyPI's `tap.py`, JUnit through Python's `xml.etree` and
//! `quick-xml`, events through Python's `json`. `ROUND_TRIPS_SEED` plays the texts that a failure names.

#[path = "tap_consumers/readers.rs"]
mod readers;

use async_test_suite::claim::{Claim, Detail, Raw};
use async_test_suite::place::Place;
use async_test_suite::record::Record;
use async_test_suite::{Intercept, Intercepted, Invoke, Plan};
use fastrand::Rng;
use readers::Readers;
use serde_json::Value;

const COUNT: usize = 300;

const WORDS: &[&str] = &[
    "a",
    "store",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{1}",
    "\u{7}",
    "\u{1b}",
    "\u{1b}[31m",
    "\u{1b}[0m",
    "\u{1b}]0;x\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}1m",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{3000}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1fffe}",
    "\u{e000}",
    "\u{d7ff}",
    "\u{10ffff}",
    "\\ud800",
    "\\u0000",
    "é",
    "e\u{301}",
    "🦀",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "#",
    " # ",
    " # TODO",
    "# SKIP x",
    "\\",
    "\\\\",
    "\\#",
    "\\n",
    "/",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "]]>",
    "&amp;",
    "&#0;",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?x?>",
    "ok 1 - ",
    "not ok",
    "1..5",
    "Bail out!",
    "---",
    "...",
    "TAP version 14",
    "Subtest: x",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "- ",
    ": ",
    " :",
    "|",
    ">-",
    "*a",
    "&a",
    "!x",
    "%YAML",
    "@",
    "`",
    "~",
    "null",
    "true",
    "0x1",
    "1e3",
    "time=1ms",
    "?",
];

fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(0..9) {
        match rng.u32(0..12) {
            0 => text.push(rng.char(..)),
            1 => text.push(rng.char(' '..='~')),
            _ => text.push_str(rng.choice(WORDS).expect("there are words")),
        }
    }
    text
}

fn texts(seed: u64) -> Vec<[String; 2]> {
    let mut rng = Rng::with_seed(seed);
    (0..COUNT).map(|_| [text(&mut rng), text(&mut rng)]).collect()
}

fn seed() -> u64 {
    let seed = std::env::var("ROUND_TRIPS_SEED").ok();
    seed.map_or_else(
        || fastrand::u64(..),
        |seed| seed.parse().expect("ROUND_TRIPS_SEED is a number"),
    )
}

/// The length of the control sequence (colours and the like) that a text begins with.
fn sequence(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !bytes.starts_with(b"\x1b[") {
        return 0;
    }
    let parameters = bytes[2..].iter().take_while(|it| (0x20..=0x3f).contains(*it)).count();
    match bytes.get(2 + parameters) {
        Some(0x40..=0x7e) => 3 + parameters,
        _ => 0,
    }
}

/// As it is shown: without control sequences, a line end as `\n`, other control characters as escapes.
fn shown(text: &str) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let length = sequence(rest);
        if length > 0 {
            rest = &rest[length..];
            continue;
        }
        if let Some(behind) = rest.strip_prefix("\r\n") {
            shown.push('\n');
            rest = behind;
            continue;
        }
        match c {
            '\n' | '\t' => shown.push(c),
            '\0' => shown.push_str("\\0"),
            '\r' => shown.push_str("\\r"),
            c if c.is_control() => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => shown.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    shown
}

/// On one line: any white space is one space, and none at the ends.
fn in_a_line(text: &str) -> String {
    shown(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Wrong(u64, Vec<String>);

impl Wrong {
    fn differ(&mut self, who: &str, text: &str, expected: &str, read: Option<&str>) {
        if Some(expected) != read {
            self.1
                .push(format!("{who}: {text:?}\n  expected {expected:?}\n  read     {read:?}"));
        }
    }

    fn tell(self) {
        let count = self.1.len();
        let some = self.1.into_iter().take(8).collect::<Vec<_>>().join("\n");
        assert!(count == 0, "ROUND_TRIPS_SEED={}: {count} times\n{some}", self.0);
    }
}

/// A check for each pair: one that passes, one that fails with diagnostics, one that is skipped, one that is forgiven.
async fn checks(pairs: Vec<[String; 2]>) -> Intercepted {
    let run = Intercept::new().run("names", |t| async move {
        for (number, [name, other]) in pairs.into_iter().enumerate() {
            let claim = |raw| Claim::new(raw, name.clone(), Place::new("t.rs", 1, 1));
            match number % 4 {
                0 => drop(t.pass(name)),
                1 => drop(t.claim(
                    claim(Raw::Fail).detail(Detail::new().expected_got("x", other.clone()).note("x").note(other)),
                )),
                2 => drop(t.claim(claim(Raw::Skip(other.into())))),
                _ => {
                    t.todo_next(other, 1);
                    t.claim(claim(Raw::Fail));
                }
            }
        }
    });
    run.await
}

/// What stands in the block of the only suite, as a stream of its own.
fn inner(tap: &str) -> String {
    let inner = tap.lines().filter_map(|line| line.strip_prefix("    "));
    let inner = inner.filter(|line| !line.starts_with('#'));
    let inner: String = inner.map(|line| format!("{line}\n")).collect();
    format!("TAP version 13\n{inner}")
}

/// `\` and `#` as they stand in a stream.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// What a point is to say.
struct Said {
    name: String,
    directive: Option<(&'static str, String)>,
}

impl Said {
    fn new(number: usize, [name, other]: &[String; 2]) -> Said {
        let in_a_point = |text: &str| {
            let text = in_a_line(text);
            // Some readers would take it for the begin of a block.
            let end = text.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if end.ends_with('{') { text + " ..." } else { text }
        };
        let directive = match number % 4 {
            2 => Some("SKIP"),
            3 => Some("TODO"),
            _ => None,
        };
        Said {
            name: in_a_point(name),
            directive: directive.map(|word| (word, in_a_point(other))),
        }
    }

    /// What a reader makes of it.
    fn as_read_by(&self, who: &str) -> (String, String) {
        let reason = self.directive.as_ref().map_or("", |it| &it.1);
        match who {
            // To JavaScript a byte order mark is white space.
            "npm" => [self.name.as_str(), reason]
                .map(|it| {
                    it.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
                        .to_owned()
                })
                .into(),
            // It leaves the backslashes.
            "perl" => (escaped(&self.name), escaped(reason)),
            // It leaves them as well, and a name ends for it at the first `#`, whatever stands before that.
            _ => {
                let mut line = escaped(&self.name);
                if let Some((word, reason)) = &self.directive {
                    line.push_str(&format!(" # {word} {}", escaped(reason)));
                }
                let (name, directive) = line.split_once('#').unwrap_or((&line, ""));
                (name.trim_end().to_owned(), directive.trim().to_owned())
            }
        }
    }
}

/// It knows no escapes of four digits, which stand for what others take for a line end or for no character.
fn of_perl(text: &str) -> String {
    let is_escaped = |c| matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let escaped = |c: char| match is_escaped(c) {
        true => format!("\\u{:04x}", u32::from(c)),
        false => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[tokio::test]
async fn names_reasons_and_messages_come_through_tap() {
    let Some(readers) = Readers::installed() else { return };
    let seed = seed();
    let (pairs, mut wrong) = (texts(seed), Wrong(seed, Vec::new()));
    let stream = inner(&checks(pairs.clone()).await.render("tap"));
    let files = readers.files("names", [stream.as_str()].into_iter());
    let [perl, npm, python] = readers.points(&files[0]);
    for (who, points) in [("perl", perl), ("npm", npm), ("python", python)] {
        assert_eq!(points.len(), COUNT, "{who}, {files:?}, seed {seed}");
        for (number, (point, pair)) in points.iter().zip(&pairs).enumerate() {
            let [name, other] = pair;
            let of = |key: &str| point[key].as_str().unwrap_or_default();
            assert_eq!(point["ok"], matches!(number % 4, 0 | 2), "{who} {number}, seed {seed}");
            let (expected, reason) = Said::new(number, pair).as_read_by(who);
            let read = match who {
                "npm" => of("name"),
                _ => of("name").strip_prefix('-').unwrap_or_default(),
            };
            wrong.differ(who, name, &expected, Some(read.trim_start()));
            wrong.differ(&format!("{who}, reason"), other, &reason, Some(of("reason").trim_end()));
            if number % 4 == 1 {
                let diagnostics = &point["diagnostics"];
                let value = |text: String| if who == "perl" { of_perl(&text) } else { text };
                let message = diagnostics["message"].as_str();
                wrong.differ(&format!("{who}, message"), name, &value(in_a_line(name)), message);
                let got = diagnostics["got"].as_str();
                wrong.differ(&format!("{who}, got"), other, &value(shown(other)), got);
                let note = diagnostics["notes"][1].as_str();
                wrong.differ(&format!("{who}, note"), other, &value(shown(other)), note);
            }
        }
    }
    wrong.tell();
}

/// A subtest for each pair, which is called the one and says the other.
async fn subtests(pairs: Vec<[String; 2]>) -> Intercepted {
    let run = Intercept::new().run("names", |t| async move {
        for [name, other] in pairs {
            let inner = t.subtest(name.clone(), Plan::new(), Invoke::default(), |t| async move {
                t.diag(other);
                t.flunk(name);
            });
            inner.await.await;
        }
    });
    run.await
}

/// Without what no XML document may hold, and without tabs.
#[cfg(feature = "junit")]
fn in_xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").replace('\t', "    ")
}

#[cfg(feature = "junit")]
#[tokio::test]
async fn names_and_messages_come_through_junit() {
    let Some(readers) = Readers::installed() else { return };
    let seed = seed();
    let (pairs, mut wrong) = (texts(seed), Wrong(seed, Vec::new()));
    let run = subtests(pairs.clone()).await;
    let paths: Vec<&str> = ended(&run);
    assert_eq!(paths.len(), COUNT);
    let document = run.render("junit");
    let by_rust = fuzz_properties::cases::cases(&document);
    let files = readers.files("junit", [document.as_str()].into_iter());
    let by_python: Vec<Value> = readers.texts("junit", &files[0]);
    // The first case is that of the suite itself.
    assert_eq!((by_rust.len(), by_python.len()), (COUNT + 1, COUNT + 1), "seed {seed}");
    for (number, ([name, other], path)) in pairs.iter().zip(paths).enumerate() {
        let (rust, python) = (&by_rust[number + 1], &by_python[number + 1]);
        let expected = in_xml(&in_a_line(path));
        wrong.differ("quick-xml, name", path, &expected, Some(&rust.name));
        wrong.differ("python, name", path, &expected, python[0].as_str());
        let expected = in_xml(&in_a_line(name));
        wrong.differ("quick-xml, message", name, &expected, rust.message.as_deref());
        wrong.differ("python, message", name, &expected, python[1].as_str());
        let expected = in_xml(shown(other).trim_end());
        let (rust, python) = (rust.said.as_deref(), python[2].as_str());
        wrong.differ(
            "quick-xml, output",
            other,
            &expected,
            Some(rust.unwrap_or_default().trim_end()),
        );
        wrong.differ(
            "python, output",
            other,
            &expected,
            Some(python.unwrap_or_default().trim_end()),
        );
    }
    wrong.tell();
}

/// The paths of the subtests, in the order in which they ended.
fn ended(run: &Intercepted) -> Vec<&str> {
    let ended = run.records().iter().filter_map(|record| match record {
        Record::SuiteEnded(end) if end.suite.nesting == 2 => Some(end.suite.path.as_str()),
        _ => None,
    });
    ended.collect()
}

#[tokio::test]
async fn every_text_comes_through_events_as_it_is() {
    let Some(readers) = Readers::installed() else { return };
    let seed = seed();
    let (pairs, mut wrong) = (texts(seed), Wrong(seed, Vec::new()));
    let run = subtests(pairs.clone()).await;
    let paths = ended(&run);
    let files = readers.files("events", [run.render("events").as_str()].into_iter());
    let events = readers.texts("events", &files[0]);
    let of = |kind: &str| -> Vec<&Value> {
        let of = events
            .iter()
            .filter(|it| it["event"] == kind && it["suite"]["path"] != "");
        of.collect()
    };
    let started: Vec<&Value> = of("suite_started")
        .into_iter()
        .filter(|it| it["suite"]["nesting"] == 2)
        .collect();
    let (diags, checks) = (of("diag"), of("check"));
    let checks: Vec<&Value> = checks.into_iter().filter(|it| it["child"].is_null()).collect();
    assert_eq!([started.len(), diags.len(), checks.len()], [COUNT; 3], "seed {seed}");
    for (number, ([name, other], path)) in pairs.iter().zip(paths).enumerate() {
        let suite = &started[number]["suite"];
        wrong.differ("name", name, name, suite["name"].as_str());
        wrong.differ("path", name, path, suite["path"].as_str());
        wrong.differ("text", other, other, diags[number]["text"].as_str());
        wrong.differ("label", name, name, checks[number]["label"].as_str());
    }
    wrong.tell();
}
