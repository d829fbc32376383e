//! What a suite that only passes under the built-in harness does for others all the same, though the hub never hears of
//! it: this very binary is run again over the ignored suites in `fixture`, one after the other.

use std::process::Command;

use async_test_suite::prelude::*;

mod fixture {
    use std::sync::Mutex;
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use async_test_suite::Stage;
    use async_test_suite::prelude::*;

    static LATE: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

    #[suite]
    #[ignore = "run by the suites below"]
    async fn a_passes() {
        ok!(true, "first");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn b_asks_and_marks_the_root(t: Suite) {
        let root = t.parent().expect("it is in the root");
        is!(root.tests_run(), 1, "the one before is counted");
        is!(t.tests_run(), 1, "its own checks as well");
        root.todo_next("not written yet", 1);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn c_is_forgiven() {
        ok!(false, "the root says that it need not hold");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn d_leaves_a_check_behind(t: Suite) {
        let late = thread::spawn(move || {
            while t.stage() != Stage::Dismissed {
                thread::sleep(Duration::from_millis(1));
            }
            t.ok(true, "too late");
        });
        *LATE.lock().expect("nobody panics") = Some(late);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn e_is_blamed_for_it() {
        let late = LATE.lock().expect("nobody panics").take();
        late.into_iter().for_each(|late| late.join().expect("it only checks"));
    }
}

#[suite]
async fn passing_suites_count_for_the_root_and_can_be_named() {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(["fixture::", "--ignored", "--test-threads=1"]);
    let ended = command.output().expect("it can be run");
    let out = String::from_utf8_lossy(&ended.stdout);
    ok!(out.contains("4 passed; 1 failed;"), "{out}");
    ok!(out.contains("test fixture::e_is_blamed_for_it ... FAILED"), "{out}");
    ok!(out.contains("fixture::d_leaves_a_check_behind"), "{out}");
    ok!(out.contains("too late"), "{out}");
}
