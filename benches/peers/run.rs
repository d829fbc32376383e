//! Running commands side by side, each in a process that says what it took.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::{tell, workshop};

/// What has run for so long once is not run again.
const LONG: f64 = 10.0;

/// Starts a command and waits for it. `fork` and not `posix_spawn`: the kernel counts what the starting process holds
/// for the peak of the started one, and a fork holds less.
const WRAPPER: &str = r#"import posix, sys, time
began = time.monotonic()
child = posix.fork()
if child == 0:
    try:
        posix.execv(sys.argv[2], sys.argv[2:])
    finally:
        posix._exit(127)
_, status, used = posix.wait4(child, 0)
took = time.monotonic() - began
with open(sys.argv[1], "w") as told:
    print(took, used.ru_utime + used.ru_stime, used.ru_maxrss, status, file=told)
"#;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Seconds by the clock.
    pub(crate) wall: f64,
    /// Seconds of processor time, of the process and of those that it waited for.
    pub(crate) cpu: f64,
    /// MiB resident at most; of several processes, those of the largest.
    pub(crate) peak: f64,
}

/// What the output of a run has to hold, so that its time counts.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// This text.
    Text(String),
    /// So many lines that begin, after blanks, with the text.
    Lines(&'static str, usize),
}

/// One contender: a command and what shows that it did its work.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    proof: Proof,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, program: impl Into<PathBuf>, proof: Proof) -> Row {
        Row {
            name: name.into(),
            program: program.into(),
            arguments: Vec::new(),
            variables: Vec::new(),
            proof,
        }
    }

    pub(crate) fn named(mut self, name: impl Into<String>) -> Row {
        self.name = name.into();
        self
    }

    pub(crate) fn arguments<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Row {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl ToString) -> Row {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn run(&self) -> Sample {
        let told = workshop().join(format!("told-{}", std::process::id()));
        let wrapper = workshop().join("wrapper.py");
        std::fs::write(&wrapper, WRAPPER).expect("the workshop can be written to");
        let mut command = clean(Command::new(python()));
        command.args(["-I", "-S"]).arg(wrapper).arg(&told);
        command.arg(&self.program).args(&self.arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let (status, output) = read_all(command);
        assert!(status.success(), "{}: the wrapper failed:\n{output}", self.name);
        let told = std::fs::read_to_string(&told)
            .and_then(|text| std::fs::remove_file(&told).map(|()| text))
            .expect("the wrapper tells");
        let told: Vec<f64> = told
            .split_whitespace()
            .map(|word| word.parse().expect("figures"))
            .collect();
        let [wall, cpu, kib, exit] = told[..] else {
            panic!("{}: the wrapper told {told:?}", self.name)
        };
        assert!(
            exit == 0.0,
            "{}: {self:?} ended with {exit}:\n{}",
            self.name,
            end_of(&output)
        );
        self.prove(&output);
        let peak = kib / 1024.0;
        Sample { wall, cpu, peak }
    }

    fn prove(&self, output: &str) {
        let holds = match &self.proof {
            Proof::Text(text) => output.contains(text),
            Proof::Lines(start, wanted) => {
                let lines = output.lines().filter(|line| line.trim_start().starts_with(start));
                lines.count() == *wanted
            }
        };
        assert!(
            holds,
            "{}: {self:?} did not print {:?}:\n{}",
            self.name,
            self.proof,
            end_of(output)
        );
    }
}

fn end_of(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// The interpreter itself: what is called `python3` may be a script that looks for it.
fn python() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let asked = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output();
        let asked = asked.expect("python3 measures time and memory; install it");
        assert!(asked.status.success(), "python3 does not run");
        PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim())
    })
}

/// Without what the surroundings ask of test programs and of builds.
pub(crate) fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars() {
        let asks = [
            "ASYNC_TEST_",
            "RUST_TEST_",
            "NEXTEST",
            "CARGO_PROFILE_",
            "CARGO_PKG_",
            "CARGO_BIN_",
        ];
        let alone = [
            "RUSTFLAGS",
            "RUST_BACKTRACE",
            "CARGO_INCREMENTAL",
            "CARGO_MANIFEST_DIR",
            "LD_LIBRARY_PATH",
        ];
        if asks.iter().any(|start| name.starts_with(start)) || alone.contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    command.env("CARGO_TERM_COLOR", "never").stdin(Stdio::null());
    command
}

/// Runs a command whose output goes into pipes that are read as it comes.
pub(crate) fn read_all(mut command: Command) -> (std::process::ExitStatus, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut errors = child.stderr.take().expect("it is a pipe");
    let other = std::thread::spawn(move || {
        let mut text = Vec::new();
        errors.read_to_end(&mut text).map(|_| text)
    });
    let mut text = Vec::new();
    let mut out = child.stdout.take().expect("it is a pipe");
    out.read_to_end(&mut text).expect("the pipe can be read");
    text.extend(other.join().expect("it reads").expect("the pipe can be read"));
    let status = child.wait().expect("it can be waited for");
    (status, String::from_utf8_lossy(&text).into_owned())
}

/// The runs of each row: one after the other, again and again, so that what else the machine does meets all of them.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) rows: Vec<(String, Vec<Sample>)>,
}

pub(crate) fn side_by_side(rows: &[Row], times: usize) -> Measured {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); rows.len()];
    for time in 0..times {
        for (row, samples) in rows.iter().zip(&mut samples) {
            if samples.first().is_some_and(|first| first.wall > LONG) {
                continue;
            }
            let sample = row.run();
            if time == 0 {
                tell(&format!("{}: {:.3} s", row.name, sample.wall));
            }
            samples.push(sample);
        }
    }
    let names = rows.iter().map(|row| row.name.clone());
    Measured {
        rows: names.zip(samples).collect(),
    }
}
