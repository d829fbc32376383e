//! What it was measured on and with.

use std::hint;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(crate::checkout())
        .output();
    let output = output.unwrap_or_else(|error| panic!("{program} {arguments:?}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn line_of(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

/// How long it takes until one core sees what another has written: the median, and the longest of a second in which that
/// was tried again and again. It is 20 to 40 ns within a processor, several times that between two, and more where others
/// want the same cores. Who rents two cores is told of none of this, and programs that share work between threads feel all
/// of it.
pub(crate) fn crossing() -> String {
    const ROUNDS: u32 = 20_000;
    if thread::available_parallelism().map_or(1, usize::from) < 2 {
        return "one core alone".to_owned();
    }
    let mut times = [(); 20].map(|()| {
        thread::sleep(Duration::from_millis(40));
        let turn = AtomicU32::new(0);
        let wait_for = |at: u32| {
            while turn.load(Ordering::Acquire) != at {
                hint::spin_loop();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    wait_for(2 * round + 1);
                    turn.store(2 * round + 2, Ordering::Release);
                }
            });
            let begun = Instant::now();
            for round in 0..ROUNDS {
                turn.store(2 * round + 1, Ordering::Release);
                wait_for(2 * round + 2);
            }
            begun.elapsed() / (2 * ROUNDS)
        })
    });
    times.sort_unstable();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    format!(
        "{} ns from core to core, {} at most",
        median.as_nanos(),
        longest.as_nanos()
    )
}

/// The machine, the compiler and the state of this checkout, in one line.
pub(crate) fn line() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(
            || "memory unknown".to_owned(),
            |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0),
        );
    let load = line_of("/proc/loadavg", "").map_or_else(String::new, |text| {
        let minute = text.split(' ').next().unwrap_or_default().to_owned();
        format!(", load average before {minute}")
    });
    let changed = if said(
        "git",
        &[
            "status",
            "--short",
            "--",
            "src",
            "async-test-core",
            "async-test-runtime",
            "async-test-macros",
        ],
    )
    .is_empty()
    {
        ""
    } else {
        " with changes"
    };
    format!(
        "{}, {cores} cores ({model}), {memory}{load}, {}, {}, checkout {}{changed}",
        said("date", &["+%Y-%m-%d"]),
        said("uname", &["-sm"]),
        said("rustc", &["--version"]),
        said("git", &["rev-parse", "--short=10", "HEAD"]),
    )
}

/// The version of a crate in a lock file.
pub(crate) fn version(lock: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(lock).unwrap_or_else(|error| panic!("{}: {error}", lock.display()));
    let entry = text
        .split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{name}\"\n")));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    version
        .unwrap_or_else(|| panic!("no {name} in {}", lock.display()))
        .to_owned()
}
