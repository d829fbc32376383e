//! A runner of tests by hand: one purpose, no options, and as lean as it gets, with what `main!` does for each test that
//! passes and says nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::future::{Future, poll_fn};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};

type Body = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is known of a test while it runs.
struct Test {
    id: u64,
    name: &'static str,
    began: Instant,
    /// Checks, and those of them that failed.
    checks: AtomicU64,
    failed: AtomicU64,
    /// It is to end.
    is_cancelled: AtomicBool,
    /// When its last poll began, for whoever asks what hangs.
    polled: AtomicU64,
}

tokio::task_local! {
    static CURRENT: Arc<Test>;
}

#[track_caller]
fn check(holds: bool) {
    CURRENT.with(|test| {
        test.checks.fetch_add(1, Ordering::Relaxed);
        if !holds {
            test.failed.fetch_add(1, Ordering::Relaxed);
            eprintln!("{}: a check failed at {}", test.name, std::panic::Location::caller());
        }
    });
}

/// How a test ended, on its way to the report.
struct End {
    test: Arc<Test>,
    panicked: Option<String>,
    took: Duration,
}

/// Time limits, on a thread of their own.
#[derive(Default)]
struct Clock {
    due: Mutex<BTreeMap<(Instant, u64), Arc<Test>>>,
    changed: Condvar,
}

impl Clock {
    fn serve(&self) {
        let mut due = self.due.lock().unwrap();
        loop {
            let now = Instant::now();
            while let Some(first) = due.first_entry() {
                if first.key().0 > now {
                    break;
                }
                first.remove().is_cancelled.store(true, Ordering::Relaxed);
            }
            due = match due.first_key_value() {
                Some(((at, _), _)) => {
                    let left = at.saturating_duration_since(now);
                    self.changed.wait_timeout(due, left).unwrap().0
                }
                None => self.changed.wait(due).unwrap(),
            };
        }
    }

    /// The limit of a test. The thread is woken only where none was waited for.
    fn add(&self, test: &Arc<Test>, limit: Duration) -> (Instant, u64) {
        let key = (test.began + limit, test.id);
        let mut due = self.due.lock().unwrap();
        let was_idle = due.is_empty();
        due.insert(key, test.clone());
        drop(due);
        if was_idle {
            self.changed.notify_one();
        }
        key
    }

    fn call_off(&self, key: (Instant, u64)) {
        self.due.lock().unwrap().remove(&key);
    }
}

/// The output of the process, told apart by who was running.
struct Capture {
    state: Mutex<State>,
    flusher: SyncSender<oneshot::Sender<()>>,
}

struct State {
    source: File,
    _writer: OwnedFd,
    running: BTreeMap<u64, Arc<Test>>,
    /// Texts, and who may have printed them.
    texts: Vec<(Vec<u8>, Vec<&'static str>)>,
    /// Another process, which tells what was running when this one crashes.
    keeper: File,
}

impl State {
    fn read(&mut self) {
        let waiting = rustix::io::ioctl_fionread(&self.source).unwrap_or(0);
        if waiting > 0 {
            let mut text = vec![0; waiting as usize];
            let _ = self.source.read_exact(&mut text);
            let who = self.running.values().map(|test| test.name).collect();
            self.texts.push((text, who));
        }
    }

    fn note(&mut self, what: u8, test: &Test) {
        let mut note = Vec::with_capacity(64);
        note.push(what);
        note.extend_from_slice(&test.id.to_le_bytes());
        note.extend_from_slice(&(test.name.len() as u64).to_le_bytes());
        note.extend_from_slice(test.name.as_bytes());
        let _ = self.keeper.write_all(&note);
    }
}

impl Capture {
    fn begin(&self, test: &Arc<Test>) {
        let mut state = self.state.lock().unwrap();
        state.read();
        state.running.insert(test.id, test.clone());
        state.note(b'+', test);
    }

    fn end(&self, test: &Test) {
        let mut state = self.state.lock().unwrap();
        state.read();
        state.running.remove(&test.id);
        state.note(b'-', test);
    }

    /// Half a line may be in the buffer of the standard library, and whoever holds its lock must hold up nobody: so
    /// another thread does it.
    async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.flusher.try_send(done).is_ok() {
            let _ = is_done.await;
        }
    }
}

fn capture() -> (Capture, File) {
    let real = File::from(std::io::stdout().as_fd().try_clone_to_owned().unwrap());
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::stdio::dup2_stdout(&writer).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .env("KEEPER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let keeper = File::from(OwnedFd::from(child.stdin.unwrap()));
    let (flusher, orders) = sync_channel::<oneshot::Sender<()>>(4_096);
    std::thread::spawn(move || {
        while let Ok(first) = orders.recv() {
            std::thread::sleep(Duration::from_micros(200));
            let all: Vec<_> = [first].into_iter().chain(orders.try_iter()).collect();
            let _ = std::io::stdout().flush();
            for done in all {
                let _ = done.send(());
            }
        }
    });
    let state = State {
        source: File::from(reader),
        _writer: writer,
        running: BTreeMap::new(),
        texts: Vec::new(),
        keeper,
    };
    let capture = Capture {
        state: Mutex::new(state),
        flusher,
    };
    (capture, real)
}

/// One test, from its beginning to its end.
async fn one(test: Arc<Test>, body: fn() -> Body, capture: Arc<Capture>, clock: Arc<Clock>, to: SyncSender<End>) {
    capture.begin(&test);
    let limit = clock.add(&test, Duration::from_secs(600));
    let mut body = body();
    let inner = test.clone();
    let run = poll_fn(move |context| {
        inner.polled.store(inner.began.elapsed().as_micros() as u64, Ordering::Relaxed);
        if inner.is_cancelled.load(Ordering::Relaxed) {
            return Poll::Ready(Some("it took too long".to_owned()));
        }
        match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(None),
            Err(payload) => {
                let text = payload.downcast::<String>().map(|it| *it).unwrap_or_default();
                Poll::Ready(Some(text))
            }
        }
    });
    let panicked = CURRENT.scope(test.clone(), run).await;
    capture.flush().await;
    capture.end(&test);
    clock.call_off(limit);
    let took = test.began.elapsed();
    let _ = to.send(End { test, panicked, took });
}

fn main() {
    if std::env::var_os("KEEPER").is_some() {
        let mut buffer = vec![0; 65_536];
        while std::io::stdin().read(&mut buffer).is_ok_and(|length| length > 0) {
            std::thread::sleep(Duration::from_millis(1));
        }
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut tests: Vec<_> = TESTS.iter().collect();
    tests.sort_by_key(|(name, _)| *name);
    let count = tests.len();
    let (capture, mut real) = capture();
    let (capture, clock) = (Arc::new(capture), Arc::new(Clock::default()));
    let serving = clock.clone();
    std::thread::spawn(move || serving.serve());
    let (to, ends) = sync_channel::<End>(1_024);
    let reporter = std::thread::spawn(move || {
        let (mut passed, mut failed, mut text) = (0, 0, String::new());
        while let Ok(first) = ends.recv() {
            for end in [first].into_iter().chain(ends.try_iter()) {
                let is_ok = end.panicked.is_none() && end.test.failed.load(Ordering::Relaxed) == 0;
                text.push_str("test ");
                text.push_str(end.test.name);
                text.push_str(if is_ok { " ... ok\n" } else { " ... FAILED\n" });
                if is_ok { passed += 1 } else { failed += 1 }
                let _ = end.took;
            }
            real.write_all(text.as_bytes()).unwrap();
            text.clear();
            std::thread::sleep(Duration::from_millis(1));
        }
        writeln!(real, "test result: ok. {passed} passed; {failed} failed").unwrap();
        failed
    });
    runtime.block_on(async {
        let room = Arc::new(Semaphore::new(1_024));
        let (capture, clock) = (capture.clone(), clock.clone());
        let all = tokio::spawn(async move {
            let mut running = Vec::with_capacity(count);
            for (id, (name, body)) in tests.into_iter().enumerate() {
                let place = room.clone().acquire_owned().await.unwrap();
                let (capture, clock, to) = (capture.clone(), clock.clone(), to.clone());
                running.push(tokio::spawn(async move {
                    let test = Arc::new(Test {
                        id: id as u64,
                        name,
                        began: Instant::now(),
                        checks: AtomicU64::new(0),
                        failed: AtomicU64::new(0),
                        is_cancelled: AtomicBool::new(false),
                        polled: AtomicU64::new(0),
                    });
                    one(test, *body, capture, clock, to).await;
                    drop(place);
                }));
            }
            drop(to);
            for one in running {
                let _ = one.await;
            }
        });
        all.await.unwrap();
    });
    let failed = reporter.join().unwrap();
    std::process::exit(i32::from(failed > 0));
}
