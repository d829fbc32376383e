//! Runs this program again over a fixture, as a process that can be sent signals and that must end.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it. Nothing here depends on how much shorter it was.
const PATIENCE: Duration = Duration::from_secs(120);

/// The variable that names the folder of a process.
pub(crate) const FOLDER: &str = "FAULTS_FOLDER";

/// A process of this program, with a folder for what its fixtures write.
pub(crate) struct Process {
    child: Child,
    folder: PathBuf,
    out: Stream,
    err: Stream,
}

/// What a process has written so far, and the thread that reads it.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: thread::JoinHandle<()>,
}

/// How it ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// It had to be killed, since it did not end.
    pub(crate) was_killed: bool,
    /// The most memory that it has been seen to hold, in bytes; known on Linux only.
    #[allow(dead_code, reason = "not every test file looks at it")]
    pub(crate) peak: u64,
    #[allow(dead_code, reason = "not every test file looks at it")]
    pub(crate) out: String,
    #[allow(dead_code, reason = "not every test file looks at it")]
    pub(crate) err: String,
    /// What the fixtures wrote, one line each.
    pub(crate) trace: String,
    folder: PathBuf,
}

/// What a fixture writes for the test to see, whatever becomes of its output.
#[allow(dead_code, reason = "not every test file has such fixtures")]
pub(crate) fn trace(line: &str) {
    use std::io::Write as _;
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("fixtures have a folder"));
    let mut file = fs::File::options()
        .append(true)
        .create(true)
        .open(folder.join("trace"))
        .expect("the trace can be opened");
    file.write_all(format!("{line}\n").as_bytes())
        .expect("the trace can be written");
}

/// How often fixtures have written this line.
#[allow(dead_code, reason = "not every test file has such fixtures")]
pub(crate) fn traced(line: &str) -> usize {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("fixtures have a folder"));
    let text = fs::read_to_string(folder.join("trace")).unwrap_or_default();
    text.lines().filter(|it| *it == line).count()
}

/// Whether the test has told the fixtures to go on.
#[allow(dead_code, reason = "not every test file has such fixtures")]
pub(crate) fn told_to_go_on() -> bool {
    PathBuf::from(std::env::var_os(FOLDER).expect("fixtures have a folder"))
        .join("go_on")
        .exists()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "gave up waiting: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Of a process that has not ended.
fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

impl Stream {
    fn of(mut from: impl Read + Send + 'static) -> Stream {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        let kept = text.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Stream { text, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    fn whole(self) -> String {
        self.reader.join().expect("the stream was read");
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }
}

/// A shell has what it starts in the background ignore SIGINT and SIGQUIT, and so does all that is started by that. What
/// is to be sent these signals has to be rid of it.
fn command(program: impl AsRef<OsStr>) -> Command {
    const INT_AND_QUIT: u64 = 0b110;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    if ignored.is_none_or(|mask| mask & INT_AND_QUIT == 0) {
        return Command::new(program);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,QUIT").arg(program);
    command
}

impl Process {
    #[allow(dead_code, reason = "not every test file wants it")]
    pub(crate) fn start(args: &[&str], vars: &[(&str, &str)]) -> Process {
        let exe = std::env::current_exe().expect("a test knows its program");
        Process::of(command(exe), args, vars)
    }

    /// As a shell starts it that has done something before.
    #[allow(dead_code, reason = "not every test file wants it")]
    pub(crate) fn after(first: &str, args: &[&str], vars: &[(&str, &str)]) -> Process {
        let exe = std::env::current_exe().expect("a test knows its program");
        let mut shell = command("sh");
        shell.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(exe);
        Process::of(shell, args, vars)
    }

    fn of(mut command: Command, args: &[&str], vars: &[(&str, &str)]) -> Process {
        assert!(std::env::var_os(FOLDER).is_none(), "a child starts no children");
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("async-test-suite-faults-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let inherited = std::env::vars().map(|(name, _)| name);
        for name in inherited.filter(|name| ["ASYNC_TEST", "RUST_", "NEXTEST"].iter().any(|it| name.starts_with(it))) {
            command.env_remove(name);
        }
        let args = args
            .iter()
            .map(|arg| arg.replace("FOLDER", &folder.display().to_string()));
        let mut child = command
            .args(args)
            .env("NO_COLOR", "1")
            .env(FOLDER, &folder)
            .envs(vars.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this program can be run again");
        let out = Stream::of(child.stdout.take().expect("the output is a pipe"));
        let err = Stream::of(child.stderr.take().expect("the error stream is a pipe"));
        Process {
            child,
            folder,
            out,
            err,
        }
    }

    fn traced(&self) -> String {
        fs::read_to_string(self.folder.join("trace")).unwrap_or_default()
    }

    /// Waits until a fixture has written this line so often.
    #[allow(dead_code, reason = "not every test file waits")]
    pub(crate) fn until(self, line: &str, times: usize) -> Process {
        wait_until(line, || self.traced().lines().filter(|it| *it == line).count() >= times);
        self
    }

    /// Waits until the error stream has this.
    #[allow(dead_code, reason = "not every test file waits")]
    pub(crate) fn until_said(self, text: &str) -> Process {
        wait_until(text, || self.err.so_far().contains(text));
        self
    }

    /// Lets fixtures go on that wait for it.
    #[allow(dead_code, reason = "not every test file has such fixtures")]
    pub(crate) fn go_on(self) -> Process {
        fs::write(self.folder.join("go_on"), "").expect("a file can be written");
        self
    }

    #[allow(dead_code, reason = "not every test file sends signals")]
    pub(crate) fn signal(self, name: &str) -> Process {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status()
            .expect("`kill` can be run");
        assert!(status.success(), "the process was there to be signalled");
        self
    }

    /// Lets some time pass, where what is tested is that nothing happens.
    #[allow(dead_code, reason = "not every test file waits")]
    pub(crate) fn pause(self, time: Duration) -> Process {
        thread::sleep(time);
        self
    }

    /// Waits until the output has such a line, or the process has ended.
    #[allow(dead_code, reason = "not every test file waits")]
    pub(crate) fn until_line(mut self, holds: impl Fn(&str) -> bool) -> Process {
        wait_until("a line of the output", || {
            self.out.so_far().lines().any(&holds) || matches!(self.child.try_wait(), Ok(Some(_)))
        });
        self
    }

    /// Waits for the end, which has to come.
    #[allow(dead_code, reason = "not every test file wants it")]
    pub(crate) fn end(self) -> Ended {
        let ended = self.end_within(PATIENCE);
        assert!(
            !ended.was_killed,
            "the process did not end\n{}\n{}",
            ended.out, ended.err
        );
        ended
    }

    /// Waits for the end, and kills the process when it does not come in time.
    pub(crate) fn end_within(mut self, limit: Duration) -> Ended {
        let began = Instant::now();
        let (mut was_killed, mut peak) = (false, 0);
        let status = loop {
            // It grows only, so the last one is near the end.
            peak = peak_memory(self.child.id()).unwrap_or(peak);
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if began.elapsed() > limit {
                // Only this child, which has just been seen running.
                self.child.kill().expect("a child can be killed");
                was_killed = true;
                break self.child.wait().expect("a child can be waited for");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let trace = fs::read_to_string(self.folder.join("trace")).unwrap_or_default();
        Ended {
            status,
            was_killed,
            peak,
            out: self.out.whole(),
            err: self.err.whole(),
            trace,
            folder: self.folder,
        }
    }
}

impl Ended {
    /// A file that the process wrote into its folder.
    #[allow(dead_code, reason = "not every test file writes reports")]
    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    #[allow(dead_code, reason = "not every test file wants it")]
    pub(crate) fn has_traced(&self, line: &str) -> bool {
        self.trace.lines().any(|it| it == line)
    }

    #[cfg(unix)]
    #[allow(dead_code, reason = "not every test file sends signals")]
    pub(crate) fn signal(&self) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(&self.status)
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
