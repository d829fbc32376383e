//! Any text as a name, a message or a diagnostic: each format stays readable, and says neither more nor less.

use std::sync::{Arc, Mutex};

use async_test_runtime::{Intercept, Intercepted, Invoke, Plan};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// What is said. The parts of the text, which stand between zeros, go round.
struct Said {
    suite: String,
    child: String,
    labels: [String; 3],
    diag: String,
    why: String,
}

impl Said {
    fn new(text: &str) -> Said {
        let parts: Vec<&str> = text.split('\0').collect();
        let part = |at: usize| parts[at % parts.len()].to_owned();
        Said {
            suite: part(0),
            child: part(1),
            labels: [part(2), part(3), part(4)],
            diag: part(5),
            why: part(6),
        }
    }
}

fn played(said: &Said) -> Intercepted {
    let (name, child, labels) = (said.suite.clone(), said.child.clone(), said.labels.clone());
    let (diag, why) = (said.diag.clone(), said.why.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(Intercept::new().run(name, |t| async move {
        let [one, two, three] = labels;
        t.pass(one);
        t.ok(false, two.clone());
        t.is(why.as_str(), "x", three);
        t.diag(diag.clone());
        let inner = t.subtest(child, Plan::new(), Invoke::default(), |t| async move {
            t.skip(why, 1);
            t.diag(diag);
            t.pass(two);
        });
        inner.await.await;
    }))
}

pub fn round_trip(text: &str) {
    let said = Said::new(text);
    let run = played(&said);
    events(&said, &run.render("events"));
    json(&run.render("json"));
    tap(&said, &run.render("tap"));
    for format in ["pretty", "terse", "github"] {
        let text = run.render(format);
        assert!(!text.contains('\u{1b}'), "no colours were asked for: {text:?}");
    }
    let junit = run.render("junit");
    // Without the feature it is another format.
    if junit.starts_with("<?xml") {
        xml(&junit);
    }
}

/// JSON lines keep every character.
fn events(said: &Said, text: &str) {
    let events = text.split_terminator('\n');
    let events: Vec<Value> = events
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let of = |kind: &str| {
        let of: Vec<&Value> = events.iter().filter(|it| it["event"] == kind).collect();
        of
    };
    let names: Vec<&str> = of("suite_started")
        .iter()
        .filter_map(|it| it["suite"]["name"].as_str())
        .collect();
    assert_eq!(names, [&said.suite, &said.child]);
    let diags: Vec<&str> = of("diag").iter().filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(diags, [&said.diag, &said.diag]);
    let checks = of("check");
    let own: Vec<&str> = checks
        .iter()
        .filter(|it| it["child"].is_null())
        .filter_map(|it| it["label"].as_str())
        .collect();
    assert_eq!(own[..3], said.labels, "in {own:?}");
    assert_eq!(own.len(), 5);
}

/// One object a line, as readers of the built-in harness's JSON expect.
fn json(text: &str) {
    let kinds: Vec<String> = text
        .split_terminator('\n')
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON")["type"].to_string())
        .collect();
    assert_eq!(kinds.first().map(String::as_str), Some("\"suite\""));
    assert!(
        kinds.iter().filter(|kind| *kind == "\"suite\"").count() == 2,
        "{kinds:?}"
    );
}

/// As the specification of TAP reads a stream: by lines, by indentation, and with `\` before `\` and `#`.
fn tap(said: &Said, text: &str) {
    let mut points: Vec<(usize, String)> = Vec::new();
    let mut in_yaml = false;
    for line in text.split_terminator('\n') {
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "{line:?}");
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        match rest {
            "---" => in_yaml = true,
            "..." => in_yaml = false,
            _ if in_yaml => assert!(indent >= 2, "{line:?}"),
            _ if rest.starts_with("ok ") || rest.starts_with("not ok ") => {
                points.push((indent / 4, rest.to_owned()));
            }
            _ => {
                let is_known = rest.is_empty()
                    || rest.starts_with('#')
                    || rest.starts_with("TAP version ")
                    || rest
                        .strip_prefix("1..")
                        .is_some_and(|it| it.chars().all(|c| c.is_ascii_digit()));
                assert!(is_known, "no line of TAP: {line:?}");
            }
        }
    }
    assert!(!in_yaml);
    // The subtest's two, the suite's four, and the suite.
    let depths: Vec<usize> = points.iter().map(|point| point.0).collect();
    assert_eq!(depths, [1, 1, 1, 2, 2, 1, 0], "{text}");
    for (point, label) in points[..3].iter().zip(&said.labels) {
        let (read, directive) = description(&point.1);
        assert_eq!(directive, None, "{point:?}");
        let mut words: Vec<&str> = label.split_whitespace().collect();
        // Some readers would take it for the begin of a block.
        let end = label.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        words.extend(end.ends_with('{').then_some("..."));
        if !label.chars().any(char::is_control) {
            assert_eq!(read.split_whitespace().collect::<Vec<_>>(), words, "{point:?}");
        }
    }
    let (_, directive) = description(&points[3].1);
    assert!(directive.is_some_and(|it| it.starts_with("SKIP")), "{points:?}");
}

/// The description of a point without its escapes, and its directive.
fn description(point: &str) -> (String, Option<String>) {
    let rest = point.trim_start_matches("not ").trim_start_matches("ok ");
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix(" - ").unwrap_or(rest);
    let (mut text, mut chars) = (String::new(), rest.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '#' => return (text, Some(chars.as_str().trim_start().to_owned())),
            c => text.push(c),
        }
    }
    (text, None)
}

/// It is well formed, and no text became an element or ended one.
pub(crate) fn xml(text: &str) {
    let mut reader = Reader::from_str(text);
    let mut elements = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(element) | Event::Empty(element)) => {
                elements.push(String::from_utf8_lossy(element.name().as_ref()).into_owned());
                for attribute in element.attributes() {
                    attribute.expect("an attribute is well formed");
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {text}"),
        }
    }
    assert_eq!(elements.iter().filter(|it| *it == "testsuites").count(), 1);
    let is_legal =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(
        text.chars().all(is_legal),
        "characters that XML does not know: {text:?}"
    );
}
