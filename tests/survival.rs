//! Results are in the reports whatever kills the process afterwards. This very binary is run again over the suites in
//! `fixture`, which would run for ever, and killed at a random moment.
//!
//! `SURVIVAL_KILLS` says how often; 30 times where it is not set.

#[path = "formats/kit.rs"]
mod kit;
#[cfg(feature = "junit")]
#[path = "formats/xml.rs"]
mod xml;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself. They run nothing themselves.
#[expect(clippy::print_stdout, reason = "what tests print is part of a report")]
mod fixture {
    use async_test_suite::prelude::*;

    macro_rules! suites {
        ($($name:ident)*) => {
            $(
                #[suite(when = env("SURVIVAL_FIXTURE"))]
                async fn $name(t: Suite) {
                    acts(t, stringify!($name).len()).await;
                }
            )*
        };
    }

    suites! { s ss sss ssss sssss ssssss sssssss ssssssss sssssssss ssssssssss sssssssssss ssssssssssss }

    /// Something else for each suite: checks that pass, one that fails, subtests, much text, a pause.
    async fn acts(_: Suite, n: usize) {
        for check in 0..n {
            ok!(check < 7, "check {check} of {n}");
        }
        if n % 2 == 0 {
            subtest!("inner", { is!(n % 3, 0, "a third") });
        }
        if n % 3 == 0 {
            println!("{}", "printed <text> & more\n".repeat(100 * n));
            diag!("{}", "said é ".repeat(500));
        }
        if n % 5 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

#[cfg(unix)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use async_test_suite::prelude::*;
    use serde_json::Value;

    use crate::kit::{self, Folder};

    /// A `#[suite]` that has ended, and whether it passed; in the order in which they have.
    type Ended = Vec<(String, bool)>;

    fn reports() -> Vec<&'static str> {
        let junit = cfg!(feature = "junit").then_some("junit");
        ["events", "tap", "json"].into_iter().chain(junit).collect()
    }

    fn start(folder: &Folder) -> Child {
        assert!(
            std::env::var_os("SURVIVAL_FIXTURE").is_none(),
            "a child starts no children"
        );
        let mut command = Command::new(std::env::current_exe().expect("a test knows its program"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ASYNC_TEST")) {
            command.env_remove(name);
        }
        command
            .args(["fixture::", "--repeat", "1000000", "--format", "tap"])
            .args(
                reports()
                    .iter()
                    .flat_map(|format| ["--report".to_owned(), folder.report(format)]),
            )
            .env("SURVIVAL_FIXTURE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program can be run again")
    }

    /// The points of the root in TAP; a line that is torn is none.
    fn in_tap(text: &str) -> Ended {
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole
            .filter_map(|line| {
                let (is_ok, rest) = match line.strip_prefix("not ") {
                    Some(rest) => (false, rest),
                    None => (true, line),
                };
                let (_, name) = rest.strip_prefix("ok ")?.split_once(" - ")?;
                Some((name.trim_end().to_owned(), is_ok))
            })
            .collect()
    }

    /// The objects on the lines. All but the last line are whole, and that one is if it ends.
    fn objects(text: &str) -> Vec<Value> {
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        kit::lines(&lines.collect::<String>())
    }

    fn in_events(text: &str) -> Ended {
        let objects = objects(text);
        let points = objects
            .iter()
            .filter(|it| it["event"] == "check" && it["suite"]["id"] == 0);
        points
            .map(|it| {
                (
                    it["child"]["path"].as_str().unwrap_or_default().to_owned(),
                    it["verdict"] == "passed",
                )
            })
            .collect()
    }

    fn in_json(text: &str) -> Ended {
        let objects = objects(text);
        let ended = objects
            .iter()
            .filter(|it| it["type"] == "test" && it["event"] != "started");
        ended
            .map(|it| (it["name"].as_str().unwrap_or_default().to_owned(), it["event"] == "ok"))
            .collect()
    }

    /// The suites in a document of JUnit, which must be a whole one, and whether it says that the run was cut short.
    #[cfg(feature = "junit")]
    fn in_junit(text: &str) -> (Ended, bool) {
        let mut ended = Ended::new();
        for element in crate::xml::elements(text) {
            let attribute = |name: &str| element.split(&format!("{name}=\"")).nth(1)?.split('"').next();
            match element.split(' ').next() {
                Some("testsuite") => ended.push((attribute("name").unwrap_or_default().to_owned(), true)),
                Some("failure" | "error") => ended.last_mut().expect("it is in a suite").1 = false,
                _ => {}
            }
        }
        let is_cut = ended.last() == Some(&("the run".to_owned(), false));
        ended.retain(|(name, _)| name != "the run");
        (ended, is_cut)
    }

    /// Whether all that has been seen is in the report, in that order.
    fn has_all(report: &str, seen: &Ended, found: &Ended) {
        assert!(
            found.starts_with(seen),
            "{report}: {} had been seen to end, {} are there; {:?}",
            seen.len(),
            found.len(),
            seen.iter().zip(found).position(|(seen, found)| seen != found)
        );
    }

    /// One run, killed after this time. The answer is how many suites had been seen to end, and whether an event is torn.
    fn survives(number: u64, after: Duration) -> (usize, bool) {
        let folder = Folder::new(&format!("survival-{number}"));
        let mut child = start(&folder);
        let mut out = child.stdout.take().expect("it is a pipe");
        let reader = std::thread::spawn(move || {
            let mut seen = Vec::new();
            out.read_to_end(&mut seen).map(|_| seen)
        });
        std::thread::sleep(after);
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it has ended");
        assert_eq!(
            (status.signal(), status.code()),
            (Some(9), None),
            "it had not ended before"
        );
        let seen = reader.join().expect("the reader lives").expect("a pipe can be read");
        let seen = in_tap(&String::from_utf8_lossy(&seen));

        let events = folder.read_lossy("events");
        let in_events = in_events(&events);
        has_all("events", &seen, &in_events);
        has_all("tap", &seen, &in_tap(&folder.read_lossy("tap")));
        has_all("json", &seen, &in_json(&folder.read_lossy("json")));
        #[cfg(feature = "junit")]
        if folder.path("junit").exists() {
            let (found, is_cut) = in_junit(&folder.read("junit"));
            has_all("junit", &seen, &found);
            assert!(is_cut, "the document says that it is not all");
        } else {
            assert!(seen.is_empty(), "there is a document when something has been seen");
        }

        let file = folder.path("events");
        let again = kit::run(&["--replay", &file.to_string_lossy(), "--format", "tap"], &[]);
        if !events.contains('\n') {
            assert!(
                seen.is_empty() && again.code == Some(101),
                "nothing had begun: {}",
                again.err
            );
            return (0, !events.is_empty());
        }
        assert_eq!(again.code, Some(255), "{}", again.err);
        let mut replayed = in_tap(&again.out);
        assert_eq!(
            replayed.pop(),
            Some(("the run".to_owned(), false)),
            "it says that it was cut short"
        );
        has_all("the replay", &in_events, &replayed);
        let cut = &replayed[in_events.len()..];
        // One may have ended with the very last event, before its point.
        let last = objects(&events).pop().filter(|last| last["event"] == "suite_ended");
        let has_ended = |name: &String| last.as_ref().is_some_and(|last| last["suite"]["path"] == name.as_str());
        let are_right = cut.iter().all(|(name, is_ok)| !is_ok || has_ended(name));
        assert!(cut.len() <= 12 && are_right, "what was running failed: {cut:?}");
        (seen.len(), !events.ends_with('\n'))
    }

    #[suite(timeout = "2h")]
    fn what_had_been_seen_to_end_is_in_every_report() {
        let kills: u64 = match std::env::var("SURVIVAL_KILLS") {
            Ok(times) => times.parse().expect("SURVIVAL_KILLS is a number"),
            Err(_) => 30,
        };
        let mut random = fastrand::Rng::new();
        diag!("seed {}", random.get_seed());
        let (mut seen, mut before, mut torn) = (0, 0, 0);
        for number in 0..kills {
            // One in four dies while it starts.
            let most = if number % 4 == 0 { 20_000 } else { 200_000 };
            let (ended, is_torn) = survives(number, Duration::from_micros(random.u64(0..most)));
            seen += ended;
            before += u64::from(ended == 0);
            torn += u64::from(is_torn);
        }
        ok!(
            seen as u64 > kills,
            "{kills} kills lost none of {seen} results; {before} came before the first, {torn} tore a line"
        );
    }
}
