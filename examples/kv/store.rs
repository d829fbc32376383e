//! The leader's state and its files. A change is in `log` before it is acknowledged, so it survives a
//! crash of the process (a power cut would take an `fsync` too). From time to time a compaction folds
//! the log into `snapshot`.

use super::image::{Image, check};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{self, mpsc};
use tokio::{task::spawn_blocking, time::sleep};

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
    merging: Mutex<()>,
}

#[derive(Debug)]
struct State {
    image: Image,
    log: Option<File>, // none after a crash
    feeds: Vec<mpsc::Sender<String>>,
}

impl Store {
    /// Recovers what the directory holds, or starts empty; blocks the thread for a moment.
    /// The store that had the directory before must have crashed.
    pub fn open(dir: impl Into<PathBuf>, variant: Variant) -> Result<Arc<Self>> {
        let dir = dir.into();
        fs::create_dir_all(&dir)?;
        let mut image = Image::default();
        for file in ["snapshot", "log.old", "log"] {
            replay(&dir.join(file), &mut image)?;
        }
        fs::write(dir.join("snapshot.new"), image.snapshot())?;
        fs::rename(dir.join("snapshot.new"), dir.join("snapshot"))?;
        let (log, feeds) = (Some(new_log(&dir.join("log"))?), Vec::new());
        let state = Mutex::new(State { image, log, feeds });
        Ok(Arc::new(Self {
            dir,
            variant,
            state,
            compacting: sync::Mutex::default(),
            merging: Mutex::default(),
        }))
    }

    pub fn read<T>(&self, look: impl FnOnce(&Image) -> T) -> Result<T> {
        Ok(look(&self.running()?.image))
    }

    /// Writes `value`, or deletes the key if there is none. Returns the number of the change, which
    /// survives a crash; `None` if there is nothing to delete, or if `at` is not the change that last
    /// wrote the key (0: it is absent). Waits for slow followers; dropped then, it has done nothing.
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
                    Some(value) => format!("PUT {seq} {key} {value}\n"),
                    None => format!("DEL {seq} {key}\n"),
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

    /// Folds the log into the snapshot, as it is done from time to time, unless that is going on.
    ///
    /// A sound store puts the log aside before it reads it; new changes go to a new log. The racy
    /// one reads the log that is being written, and empties it when the snapshot is in place.
    pub async fn compact(self: Arc<Self>) -> Result<()> {
        let Ok(_one_at_a_time) = self.compacting.try_lock() else {
            return Ok(());
        };
        let [log, old] = ["log", "log.old"].map(|name| self.dir.join(name));
        let racy = self.variant == Variant::Racy;
        // An old log that is there already is what a failed compaction left.
        if !racy && !old.exists() {
            let mut state = self.running()?;
            fs::rename(&log, &old)?;
            state.log = None; // in case there will be no new one
            state.log = Some(new_log(&log)?);
        }
        let source = if racy { log } else { old.clone() };
        let store = Arc::clone(&self);
        spawn_blocking(move || store.merge(&source)).await??;

        let state = self.running()?;
        fs::rename(self.dir.join("snapshot.new"), self.dir.join("snapshot"))?;
        match &state.log {
            Some(log) if racy => log.set_len(0),
            _ => fs::remove_file(old),
        }
    }

    fn merge(&self, log: &Path) -> Result<()> {
        let _crash_waits = lock(&self.merging);
        drop(self.running()?);
        let mut image = Image::default();
        replay(&self.dir.join("snapshot"), &mut image)?;
        replay(log, &mut image)?;
        fs::write(self.dir.join("snapshot.new"), image.snapshot())
    }

    /// Stops as a killed process does: at once, in the middle of a write. Everything fails from then
    /// on; when this returns, the directory can be opened again.
    pub fn crash(&self) {
        let mut state = lock(&self.state);
        if let Some(mut log) = state.log.take() {
            let _ = write!(log, "PUT {} torn half-of-a-val", state.image.seq + 1);
        }
        state.feeds.clear();
        drop(state);
        drop(lock(&self.merging)); // no file is touched any more
    }

    fn running(&self) -> Result<MutexGuard<'_, State>> {
        let state = Some(lock(&self.state)).filter(|state| state.log.is_some());
        state.ok_or_else(|| Error::other("the store has crashed"))
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
        log.write_all(change.as_bytes())?; // if half a line is there, nothing may follow it
        self.log = Some(log);
        self.image.apply(change.trim_end_matches('\n'))?;
        for feed in &self.feeds {
            let _ = feed.try_send(change.clone()); // there is room, but it may be closed
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn new_log(path: &Path) -> Result<File> {
    fs::write(path, "")?;
    File::options().append(true).open(path)
}

/// Takes in a log or a snapshot. A last line without its end was never acknowledged.
fn replay(path: &Path, image: &mut Image) -> Result<()> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        if let Some(line) = line.strip_suffix(b"\n") {
            image.apply(&String::from_utf8_lossy(line))?;
        }
    }
    Ok(())
}
