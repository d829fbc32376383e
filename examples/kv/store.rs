//! The leader's state and its files. A change is in `log` before it is acknowledged, so it survives a crash of the
//! process (a power cut would take an `fsync` too). Compaction folds the log into `snapshot`.

use super::image::{Image, check};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{self, mpsc};
use tokio::{task::yield_now, time::sleep};

/// No connected follower is more changes behind than this: writes wait for it.
pub const MAX_LAG: usize = 64;
const COMPACT_EVERY: u64 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    Sound,
    /// Loses writes; `Store::compact` says how.
    Racy,
}

#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    variant: Variant,
    state: Mutex<State>,
    compacting: sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    image: Image,
    log: Option<File>, // none after a crash
    feeds: Vec<mpsc::Sender<String>>,
}

impl Store {
    /// Recovers what the last store in this directory left; that one must have crashed.
    pub fn open(dir: impl Into<PathBuf>, variant: Variant) -> Result<Arc<Self>> {
        let dir = dir.into();
        fs::create_dir_all(&dir)?;
        let mut image = Image::default();
        for line in lines(&dir, &["snapshot", "log.old", "log"])? {
            image.apply(&line)?;
        }
        write_snapshot(&dir, &image)?;
        let (log, feeds) = (Some(new_log(&dir)?), Vec::new());
        let state = Mutex::new(State { image, log, feeds });
        Ok(Arc::new(Self {
            dir,
            variant,
            state,
            compacting: sync::Mutex::default(),
        }))
    }

    pub fn read<T>(&self, look: impl FnOnce(&Image) -> T) -> Result<T> {
        Ok(look(&self.running()?.image))
    }

    /// Writes `value`, or deletes the key if there is none. Returns the number of the change, which survives a crash;
    /// `None` if there is nothing to delete, or if `at` is not the change that last wrote the key (0: it is absent).
    /// Waits for slow followers; dropped while it waits, it has written nothing.
    pub async fn write(self: &Arc<Self>, key: &str, value: Option<&str>, at: Option<u64>) -> Result<Option<u64>> {
        check(key, value.unwrap_or_default())?;
        loop {
            if let Some(mut state) = self.with_room()? {
                let found = state.image.entries.get(key).map_or(0, |entry| entry.seq);
                if at.is_some_and(|seq| seq != found) || (value.is_none() && found == 0) {
                    return Ok(None);
                }
                let seq = state.image.seq + 1;
                state.commit(match value {
                    Some(value) => format!("PUT {seq} {key} {value}"),
                    None => format!("DEL {seq} {key}"),
                })?;
                if seq % COMPACT_EVERY == 0 {
                    tokio::spawn(Arc::clone(self).compact());
                }
                return Ok(Some(seq));
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// What a new follower needs: everything up to now, and every change from now on.
    pub fn follow(&self) -> Result<(Image, mpsc::Receiver<String>)> {
        let mut state = self.running()?;
        let (sender, changes) = mpsc::channel(MAX_LAG - 1); // and one is on its way
        state.feeds.push(sender);
        Ok((state.image.clone(), changes))
    }

    /// Folds the log into the snapshot, unless that is going on already; others have their turn meanwhile.
    ///
    /// A sound store puts the log aside before it reads it, and new changes go to a new log. The racy one reads the log
    /// that is being written, and empties it when the snapshot is in place.
    pub async fn compact(self: Arc<Self>) -> Result<()> {
        let Ok(_one_at_a_time) = self.compacting.try_lock() else {
            return Ok(());
        };
        let racy = self.variant == Variant::Racy;
        let source = if racy { "log" } else { "log.old" };
        // An old log that is there already is what a failed compaction left.
        if !racy && !self.dir.join(source).exists() {
            let mut state = self.running()?;
            fs::rename(self.dir.join("log"), self.dir.join(source))?;
            state.log = None; // in case there will be no new one
            state.log = Some(new_log(&self.dir)?);
        }
        let mut image = Image::default();
        for (n, line) in lines(&self.dir, &["snapshot", source])?.iter().enumerate() {
            image.apply(line)?;
            if n % 16 == 0 {
                yield_now().await;
            }
        }
        let state = self.running()?; // kept to the end: after a crash the files are another store's
        write_snapshot(&self.dir, &image)?;
        match &state.log {
            Some(log) if racy => log.set_len(0),
            _ => fs::remove_file(self.dir.join(source)),
        }
    }

    /// Stops as a killed process does, in the middle of a write. All fails from then on, and the directory is free.
    pub fn crash(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut log) = state.log.take() {
            let _ = write!(log, "PUT {} torn half-of-a-val", state.image.seq + 1);
        }
        state.feeds.clear();
    }

    fn running(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let crashed = || Error::other("the store has crashed");
        state.log.is_some().then_some(state).ok_or_else(crashed)
    }

    /// The state, unless a follower is as far behind as it may be.
    fn with_room(&self) -> Result<Option<MutexGuard<'_, State>>> {
        let mut state = self.running()?;
        state.feeds.retain(|feed| !feed.is_closed());
        let room = state.feeds.iter().all(|feed| feed.capacity() > 0);
        Ok(room.then_some(state))
    }
}

impl State {
    fn commit(&mut self, change: String) -> Result<()> {
        let mut log = self.log.take().ok_or(ErrorKind::NotConnected)?;
        log.write_all(format!("{change}\n").as_bytes())?; // a log with half a line at its end is not put back
        self.log = Some(log);
        for feed in &self.feeds {
            let _ = feed.try_send(change.clone()); // there is room, but it may be closed
        }
        self.image.apply(&change)
    }
}

fn new_log(dir: &Path) -> Result<File> {
    fs::write(dir.join("log"), "")?;
    File::options().append(true).open(dir.join("log"))
}

fn write_snapshot(dir: &Path, image: &Image) -> Result<()> {
    fs::write(dir.join("snapshot.new"), image.snapshot() + "\n")?;
    fs::rename(dir.join("snapshot.new"), dir.join("snapshot"))
}

/// All lines of those files that exist. A last line without its end was never acknowledged.
fn lines(dir: &Path, files: &[&str]) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for file in files {
        let bytes = match fs::read(dir.join(file)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            read => read?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let (complete, _torn) = text.rsplit_once('\n').unwrap_or_default();
        lines.extend(complete.lines().map(str::to_owned));
    }
    Ok(lines)
}
