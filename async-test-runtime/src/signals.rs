//! Signals, heard on a thread of their own, which is there also when every other thread is busy.

use std::sync::OnceLock;

/// A signal that has a meaning for a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only unix has signals"))]
pub(crate) enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGQUIT: Ctrl-\.
    Quit,
    /// SIGUSR1; on the BSDs and on macOS also SIGINFO, which is Ctrl-T.
    Inspect,
}

impl Signal {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
            Signal::Quit => "SIGQUIT",
            Signal::Inspect => "SIGUSR1",
        }
    }

    /// What a shell shows as the exit code of a process that died of it.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Quit => 131,
            Signal::Inspect => 138,
            Signal::Terminate => 143,
        }
    }
}

/// Calls `hear` for each signal from here on, on a thread of its own, so that it must not wait for anything. Only the
/// first call has an effect. A signal that was ignored when the process started stays ignored: whoever started it in the
/// background, or under `nohup`, wanted that.
///
/// Handlers that the program under test installs through the same registry, tokio's among them, are called as well.
pub(crate) fn listen(hear: impl FnMut(Signal) + Send + 'static) {
    static LISTENS: OnceLock<()> = OnceLock::new();
    LISTENS.get_or_init(|| {
        // Without signals a run is as good as without this module.
        let _ = system::listen(hear);
    });
}

/// Ends the process at once as the signal itself would, so that whoever waits for it sees which signal it was. Returns
/// only where there are no signals.
pub(crate) fn die_of(signal: Signal) {
    system::die_of(signal);
}

#[cfg(unix)]
mod system {
    use std::io;

    use signal_hook::consts::{SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
    use signal_hook::iterator::Signals;

    use super::Signal;

    const HEARD: &[(i32, Signal)] = &[
        (SIGINT, Signal::Interrupt),
        (SIGTERM, Signal::Terminate),
        (SIGQUIT, Signal::Quit),
        (SIGUSR1, Signal::Inspect),
        #[cfg(any(
            target_vendor = "apple",
            target_os = "freebsd",
            target_os = "netbsd",
            target_os = "openbsd"
        ))]
        (signal_hook::consts::SIGINFO, Signal::Inspect),
    ];

    pub(super) fn listen(mut hear: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
        let ignored = ignored();
        let wanted = HEARD.iter().map(|(number, _)| *number);
        let mut signals = Signals::new(wanted.filter(|number| ignored & mask(*number) == 0))?;
        crate::aside::start("async-test-signals", move || {
            for number in signals.forever() {
                if let Some((_, signal)) = HEARD.iter().find(|(known, _)| *known == number) {
                    hear(*signal);
                }
            }
        })
    }

    fn mask(number: i32) -> u64 {
        u32::try_from(number - 1).map_or(0, |bit| 1u64.checked_shl(bit).unwrap_or(0))
    }

    /// The signals that this process ignores, where the system tells.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
            .unwrap_or(0)
    }

    pub(super) fn die_of(signal: Signal) {
        if let Some((number, _)) = HEARD.iter().find(|(_, known)| *known == signal) {
            let _ = signal_hook::low_level::emulate_default_handler(*number);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::Signal;

    pub(super) fn listen(_: impl FnMut(Signal) + Send + 'static) -> std::io::Result<()> {
        Ok(())
    }

    pub(super) fn die_of(_: Signal) {}
}
