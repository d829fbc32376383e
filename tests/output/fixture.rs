//! Suites that print. Of each run one module of them is asked for.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what happens to it is tested")]

/// Lines that each printer of `noise` prints.
pub(crate) const LINES: u32 = 300;

mod noise {
    use std::fs::File;
    use std::io::Write as _;
    use std::os::fd::AsFd as _;
    use std::process::Command;

    use async_test_suite::prelude::*;

    use super::LINES;

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn from_tasks(t: Suite) {
        let job = t.spawn(async {
            for n in 0..LINES {
                println!("ok 1 - forged task {n}");
                tokio::task::yield_now().await;
            }
        });
        for n in 0..20 {
            ok!(n % 7 != 3, "check {n}");
            print!("{{ \"type\": \"test\", \"event\": \"ok\", \"name\": \"forged\" }}");
            tokio::task::yield_now().await;
        }
        let _ = job.await;
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn from_a_thread() {
        let thread = std::thread::spawn(|| {
            for n in 0..LINES {
                println!("\nok 1 - forged thread {n}\nBail out! forged\n1..3\n</testsuites>");
            }
        });
        flunk!("as it should");
        thread.join().expect("it ends");
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn from_a_child() {
        let script = format!(
            "i=0; while [ $i -lt {LINES} ]; do echo; echo \"ok 1 - forged child $i\"; i=$((i+1)); done; \
             printf '\\nbytes \\377\\376\\000 end\\n::error::forged\\ntest forged ... ok'"
        );
        eprintln!("\nok 1 - forged error 0");
        let child = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &script]).status());
        ok!(child.await.is_ok_and(|it| it.is_ok_and(|it| it.success())));
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn past_the_standard_library() {
        let mut raw = File::from(std::io::stdout().as_fd().try_clone_to_owned().expect("a copy"));
        for n in 0..LINES {
            raw.write_all(format!("\nok 1 - forged raw {n}\n# Subtest: forged\n    not ok 1").as_bytes())
                .expect("written");
        }
        let mut device = File::options().write(true).open("/dev/stdout").expect("it opens");
        for n in 0..LINES {
            device
                .write_all(format!("\nok 1 - forged device {n}\n").as_bytes())
                .expect("written");
        }
        ok!(true);
    }
}

mod alone {
    use async_test_suite::prelude::*;

    fn print(name: &str) {
        println!("{name} begins");
        eprintln!("{name} goes on");
        print!("{name} ends without a line end");
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn first() {
        print("first");
        ok!(true);
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn second() {
        subtest!("inner", {
            tokio::task::yield_now().await;
            print("second");
        });
        flunk!("as it should");
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn third() {
        std::thread::spawn(|| print("third")).join().expect("it ends");
        ok!(true);
    }
}

/// Two suites that are running when one of them prints.
async fn meet(place: &tokio::sync::Barrier, text: Option<&str>) {
    place.wait().await;
    if let Some(text) = text {
        println!("{text}");
    }
    place.wait().await;
}

mod together {
    use std::sync::LazyLock;

    use async_test_suite::prelude::*;
    use tokio::sync::Barrier;

    static MEETING: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn left() {
        super::meet(&MEETING, Some("by whom?")).await;
        ok!(true);
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn right() {
        super::meet(&MEETING, None).await;
        flunk!("as it should");
    }
}

mod together_passing {
    use std::sync::LazyLock;

    use async_test_suite::prelude::*;
    use tokio::sync::Barrier;

    static MEETING: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn left() {
        super::meet(&MEETING, Some("by whom?")).await;
        ok!(true);
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn right() {
        super::meet(&MEETING, None).await;
        ok!(true);
    }
}

pub(crate) mod flood {
    use async_test_suite::prelude::*;

    pub(crate) const BYTES: usize = 100 * 1_000_000;

    fn line(n: usize) -> String {
        format!("{:x<99}\n", format!("line {n} "))
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn prints_a_hundred_megabytes() {
        for n in 0..BYTES / 100 {
            print!("{}", line(n));
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(most) = most.and_then(|most| most.trim().strip_suffix(" kB")) {
            diag!("most memory: {most}");
        }
        flunk!("as it should");
    }
}

mod daemon {
    use std::process::Command;

    use async_test_suite::prelude::*;

    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn stays() {
        let child = Command::new("sleep").arg("3600").spawn().expect("there is a `sleep`");
        println!("daemon {}", child.id());
        flunk!("as it should");
    }
}

mod left_behind {
    use async_test_suite::prelude::*;

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn a_thread() {
        std::thread::spawn(|| {
            loop {
                println!("from nowhere");
            }
        });
        ok!(true);
    }
}

mod overflow {
    use async_test_suite::prelude::*;

    fn deeper(n: u64) -> u64 {
        match std::hint::black_box(n) {
            u64::MAX => 0,
            n => deeper(n + 1) + 1,
        }
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn its_stack() {
        println!("{}", deeper(0));
    }
}

mod abort {
    use async_test_suite::prelude::*;

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn at_once() {
        eprintln!("the last words");
        std::process::abort();
    }
}

mod exit {
    use async_test_suite::prelude::*;

    #[expect(clippy::exit, reason = "what becomes of it is tested")]
    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn at_once() {
        println!("the last words");
        print!("without a line end");
        std::process::exit(0);
    }
}

mod kill {
    use std::process::Command;

    use async_test_suite::prelude::*;

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn from_outside() {
        println!("the last words");
        let own = std::process::id().to_string();
        let killed = Command::new("kill").args(["-9", &own]).status();
        unreachable!("{killed:?}");
    }
}

mod lock {
    use std::sync::mpsc;

    use async_test_suite::prelude::*;

    #[suite(when = env("OUTPUT_FIXTURE"))]
    fn is_held_for_ever() {
        let (taken, is_taken) = mpsc::channel();
        std::thread::spawn(move || {
            let _lock = std::io::stdout().lock();
            let _ = taken.send(());
            loop {
                std::thread::park();
            }
        });
        ok!(is_taken.recv().is_ok());
        let mut out = std::fs::File::options()
            .write(true)
            .open("/dev/stdout")
            .expect("it opens");
        std::io::Write::write_all(&mut out, b"beside it\n").expect("it can be written");
    }

    #[suite(when = env("OUTPUT_FIXTURE"))]
    async fn is_nobody_elses_business() {
        ok!(true);
    }
}
