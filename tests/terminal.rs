//! The report on a terminal that somebody watches, by running this very binary again on one.
//!
//! The terminal is made by python3. Where that is missing the suites fail if the variable `CI` is set, and else say so
//! and are skipped.

#[path = "terminal/screen.rs"]
mod screen;

use std::path::{Path, PathBuf};
use std::process::Command;

use async_test_suite::prelude::*;

use screen::Screen;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use std::path::PathBuf;
    use std::time::Duration;

    use async_test_suite::prelude::*;

    /// Goes on when the watcher has seen what it waits for.
    async fn until_seen(name: &str) {
        let file = PathBuf::from(std::env::var_os("TERMINAL_SEEN").unwrap_or_default()).join(name);
        let limit = std::time::Instant::now() + Duration::from_secs(50);
        while !file.exists() && std::time::Instant::now() < limit {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[suite(when = env("TERMINAL_FIXTURE"))]
    async fn a_waits() {
        ok!(true, "begins");
        until_seen("line").await;
        ok!(true, "ends");
    }

    #[suite(when = env("TERMINAL_FIXTURE"))]
    async fn b_fails() {
        is!(1, 2, "at once");
    }

    /// What is written past all that captures.
    fn to_the_terminal(text: &str) {
        let terminal = std::fs::File::options().write(true).open("/dev/tty");
        terminal
            .and_then(|mut terminal| std::io::Write::write_all(&mut terminal, text.as_bytes()))
            .expect("there is a terminal");
    }

    #[suite(when = env("TERMINAL_PRINTS"))]
    async fn prints() {
        until_seen("line").await;
        to_the_terminal("a word from the test\n");
        until_seen("again").await;
        to_the_terminal("no line");
        until_seen("once more").await;
        to_the_terminal(" end\n");
    }

    #[expect(clippy::print_stdout, reason = "it is what is tested")]
    #[suite(when = env("TERMINAL_FLOOD"))]
    async fn floods() {
        (0..200).for_each(|n| println!("word {n}\u{1b}[2J"));
        until_seen("line").await;
        (200..400).for_each(|n| print!("word {n} "));
        flunk!("no luck");
    }

    #[suite(when = env("TERMINAL_MANY"))]
    async fn waits_after_many_rows() {
        until_seen("line").await;
    }

    /// Rows enough to make any screen scroll.
    macro_rules! many {
        ($($name:ident)*) => {
            $(#[suite(when = env("TERMINAL_MANY"))]
            async fn $name() {
                ok!(true);
            })*
        };
    }
    many!(m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18 m19 m20);
}

struct Run {
    code: i32,
    text: String,
    /// The line of the cursor and those below it, whenever they changed.
    below: Vec<Vec<String>>,
    /// All lines that stood above the cursor in the end.
    lines: Vec<String>,
    /// What stands from the cursor on in the end, and its column.
    end: (Vec<String>, usize),
    colours: usize,
}

/// A folder for the files that tell what the watcher has seen; it goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("async-test-suite-terminal-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }

    /// The step that makes a file when a text has come.
    fn seen(&self, text: &str, name: &str) -> [String; 3] {
        let file = self.0.join(name).to_string_lossy().into_owned();
        [text.to_owned(), "touch".to_owned(), file]
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn send(text: &str, keys: &str) -> [String; 3] {
    [text.to_owned(), "send".to_owned(), keys.to_owned()]
}

/// None where there is no python3, which has been said then.
fn on_a_terminal(
    folder: &Folder,
    (height, width): (usize, usize),
    steps: &[[String; 3]],
    args: &[&str],
    vars: &[(&str, &str)],
) -> Option<Run> {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new("python3");
    let foreign = |name: &str| {
        name.starts_with("ASYNC_TEST")
            || name.starts_with("RUST_TEST")
            || ["CI", "GITHUB_ACTIONS", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"].contains(&name)
            || name.starts_with("CARGO_TERM")
            || name.starts_with("NEXTEST")
    };
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terminal/watch.py"))
        .args([height.to_string(), width.to_string()])
        .arg(serde_json::to_string(steps).expect("steps are JSON"))
        .arg(exe)
        .args(args)
        .env("TERM", "xterm-256color")
        .env("TERMINAL_SEEN", &folder.0)
        .envs(vars.iter().copied());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if std::env::var_os("CI").is_some() => panic!("python3 cannot be run: {error}"),
        Err(error) => {
            skip!(format!("python3 cannot be run: {error}"));
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = errors.lines().last().and_then(|line| line.parse().ok());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut screen = Screen::new(height, width);
    let mut below: Vec<Vec<String>> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        screen.take(c);
        // Where the line has just been drawn.
        let is_drawn = (std::mem::replace(&mut before, c), c) == ('\u{1b}', '8');
        if is_drawn && below.last() != Some(&screen.below()) {
            below.push(screen.below());
        }
    }
    ok!(!errors.contains("never seen"), "all steps were taken: {errors}\n{text}");
    Some(Run {
        code: code.unwrap_or_else(|| panic!("no exit code: {errors}")),
        below,
        lines: screen.before(),
        end: (screen.below(), screen.column()),
        colours: screen.colours,
        text,
    })
}

const FIXTURE: (&str, &str) = ("TERMINAL_FIXTURE", "1");
const PLAIN: (&str, &str) = ("NO_COLOR", "1");
const SIZE: (usize, usize) = (24, 100);

/// Nothing of the line is left, and the cursor is where the next prompt belongs.
#[track_caller]
fn is_clean(run: &Run) {
    is!(run.end, (Vec::new(), 0), "nothing is left below");
    let left: Vec<&String> = run.lines.iter().filter(|line| line.contains(" done")).collect();
    is!(left, Vec::<&String>::new(), "nothing of the line is left");
}

#[suite]
fn the_line_shows_what_is_running_and_goes() {
    let folder = Folder::new("line");
    let steps = [folder.seen("running fixture::a_waits", "line")];
    let Some(run) = on_a_terminal(&folder, SIZE, &steps, &["fixture::a", "fixture::b"], &[FIXTURE, PLAIN]) else {
        return;
    };
    is!(run.code, 101);
    is_clean(&run);
    let shown: Vec<&str> = run.below.iter().flatten().map(String::as_str).collect();
    like!(
        shown.join("\n"),
        r"(?m)^\d+s: 1 of 2 done, 1 failed; running fixture::a_waits \d+s \(1 check\)$"
    );
    is!(run.colours, 0, "NO_COLOR is about colours");
    // The tree of the failed suite stands where it failed, and once more at the end.
    let text = run.lines.join("\n");
    let (rows, end) = text.split_once("\nfailures:\n").unwrap_or_default();
    like!(rows, r"(?m)^test fixture::b_fails \.\.\. FAILED$");
    like!(rows, r"(?m)^  ✗ at once$");
    like!(rows, r"(?m)^test fixture::a_waits \.\.\. ok$");
    like!(end, r"(?m)^  ✗ at once$");
    like!(end, r"(?m)^test result: FAILED\. 1 passed; 1 failed; 0 ignored; ");
}

#[suite]
fn text_that_others_write_stays_whole() {
    let folder = Folder::new("prints");
    let steps = [
        folder.seen("running fixture::prints", "line"),
        // Drawn again, after the text.
        folder.seen("a word from the test", "-"),
        folder.seen("running fixture::prints", "again"),
        folder.seen("no line", "-"),
        folder.seen("running fixture::prints", "once more"),
    ];
    let Some(run) = on_a_terminal(
        &folder,
        SIZE,
        &steps,
        &["fixture::prints"],
        &[("TERMINAL_PRINTS", "1"), PLAIN],
    ) else {
        return;
    };
    is!(run.code, 0);
    is_clean(&run);
    is!(
        run.lines[1..5],
        [
            "running 1 test",
            "a word from the test",
            "no line end",
            "test fixture::prints ... ok"
        ],
        "{:?}",
        run.lines
    );
}

#[suite]
fn what_is_captured_comes_with_the_failure_and_not_between() {
    let folder = Folder::new("floods");
    let steps = [folder.seen("running fixture::floods", "line")];
    let vars = &[("TERMINAL_FLOOD", "1"), PLAIN];
    let Some(run) = on_a_terminal(&folder, SIZE, &steps, &["fixture::floods"], vars) else {
        return;
    };
    is!(run.code, 101);
    is_clean(&run);
    let row = run
        .lines
        .iter()
        .position(|line| line == "test fixture::floods ... FAILED");
    is!(row, Some(2), "nothing comes before the row: {:?}", run.lines);
    like!(run.lines.join("\n"), r"word 0\n");
}

#[suite]
fn it_holds_at_the_bottom_of_any_terminal() {
    for size in [(24, 100), (5, 100), (24, 20), (2, 12)] {
        let folder = Folder::new(&format!("many-{}-{}", size.0, size.1));
        let steps = [folder.seen("20 of 21 done", "line")];
        let args = &["fixture::m", "fixture::waits"];
        let Some(run) = on_a_terminal(&folder, size, &steps, args, &[("TERMINAL_MANY", "1"), PLAIN]) else {
            return;
        };
        is!(run.code, 0);
        is_clean(&run);
        let rows = run.lines.concat().matches("test fixture::m").count();
        is!(rows, 20, "every row is there once, {size:?}");
        let shown = run.below.iter().flatten().filter(|line| line.contains("20 of 2"));
        ok!(shown.count() > 0, "the line was shown, {size:?}");
        ok!(
            run.below.iter().all(|below| below.len() <= 1),
            "it is one line, {size:?}"
        );
    }
}

#[suite]
fn a_signal_ends_the_line_as_well() {
    let folder = Folder::new("signal");
    let steps = [send("running fixture::a_waits", "\u{3}")];
    let Some(run) = on_a_terminal(&folder, SIZE, &steps, &["fixture::a_waits"], &[FIXTURE, PLAIN]) else {
        return;
    };
    is!(run.code, -2, "it ended by SIGINT");
    is_clean(&run);
    like!(run.lines.join("\n"), "(?m)^bailed out: ended by SIGINT$");
}

#[suite]
fn who_asks_what_is_running_gets_a_whole_answer() {
    let folder = Folder::new("quit");
    let steps = [
        send("running fixture::a_waits", "\u{1c}"),
        folder.seen("running fixture::a_waits", "line"),
    ];
    let Some(run) = on_a_terminal(&folder, SIZE, &steps, &["fixture::a_waits"], &[FIXTURE, PLAIN]) else {
        return;
    };
    is!(run.code, 0);
    is_clean(&run);
    let said = run
        .lines
        .iter()
        .filter(|line| line.contains("fixture::a_waits"))
        .count();
    ok!(said >= 2, "the answer and the row: {:?}", run.lines);
}

#[suite]
fn where_nobody_watches_there_is_no_line() {
    // arguments, variables
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let rows: &[Row<'_>] = &[
        (&[], &[("TERM", "dumb")]),
        (&[], &[("TERM", ""), PLAIN]),
        (&[], &[("CI", "true"), PLAIN]),
        (&["--no-capture"], &[PLAIN]),
        (&["--format", "tap"], &[PLAIN]),
        (&["-q"], &[PLAIN]),
    ];
    for (n, (args, vars)) in rows.iter().enumerate() {
        let folder = Folder::new(&format!("none-{n}"));
        // It waits for nothing.
        std::fs::write(folder.0.join("line"), "").expect("a file can be made");
        let args = [&["fixture::"], *args].concat();
        let Some(run) = on_a_terminal(&folder, SIZE, &[], &args, &[&[FIXTURE], *vars].concat()) else {
            return;
        };
        ok!(!run.text.contains('\u{1b}'), "{args:?} {vars:?}: {:?}", run.text);
        is!(run.text.matches("at once").count() >= 1, true, "the failure is told");
    }
    let folder = Folder::new("pipe");
    std::fs::write(folder.0.join("line"), "").expect("a file can be made");
    let exe = std::env::current_exe().expect("a test knows its program");
    let output = Command::new(exe)
        .args(["fixture::a", "fixture::b"])
        .envs([FIXTURE, ("TERM", "xterm")])
        .env("TERMINAL_SEEN", &folder.0)
        .env_remove("CLICOLOR_FORCE")
        .env_remove("CARGO_TERM_COLOR")
        .output()
        .expect("this program can be run again");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ok!(!text.contains('\u{1b}'));
    is!(text.matches("✗ at once").count(), 1, "only at the end");
}

/// The emulator itself: a line of the report's kind, drawn in every place, leaves the cursor where it was.
#[suite]
fn the_emulator_scrolls_as_a_terminal_does() {
    let mut screen = Screen::new(2, 4);
    "ab\r\ncdefg".chars().for_each(|c| screen.take(c));
    is!(
        (screen.before(), screen.below()),
        (vec!["ab".into(), "cdef".into()], vec!["g".to_owned()])
    );
    "\u{1b}D\u{1b}[A\u{1b}7\r\n\u{1b}[?7lline\u{1b}[?7h\u{1b}8"
        .chars()
        .for_each(|c| screen.take(c));
    is!(screen.below(), ["g", "line"]);
    is!(screen.column(), 1);
    "h\u{1b}[J".chars().for_each(|c| screen.take(c));
    is!(screen.below(), ["gh"]);
    let mut wrong = Screen::new(2, 4);
    // Without a row below, the place that was kept is another one.
    "ab\r\ncd\u{1b}7\r\nline\u{1b}8\u{1b}[J"
        .chars()
        .for_each(|c| wrong.take(c));
    isnt!(wrong.below(), ["cd"]);
}
