//! What a suite that only passes under the built-in harness does for others all the same, though the hub never hears of
//! it: this very binary is run again over the ignored suites of one module, one after the other.

use std::process::Command;

use async_test_suite::prelude::*;

mod counted {
    use async_test_suite::prelude::*;

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
}

mod planned {
    use async_test_suite::Plan;
    use async_test_suite::event::EventKind;
    use async_test_suite::prelude::*;

    #[suite]
    #[ignore = "run by the suites below"]
    async fn a_passes() {
        ok!(true, "first");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn b_plans_the_root(t: Suite) {
        let root = t.parent().expect("it is in the root");
        root.send(EventKind::Plan(Box::new(Plan::new().tests(2)), t.info().at.clone()));
    }
}

mod late {
    use std::sync::Mutex;
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use async_test_suite::claim::Raw;
    use async_test_suite::event::EventKind;
    use async_test_suite::prelude::*;
    use async_test_suite::{Claim, Invoke, Plan, Stage};

    static LATE: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);
    static ENDED: Mutex<Option<Suite>> = Mutex::new(None);

    fn leave(t: Suite) {
        *ENDED.lock().expect("nobody panics") = Some(t);
    }

    fn left() -> Suite {
        ENDED
            .lock()
            .expect("nobody panics")
            .take()
            .expect("the one before left it")
    }

    #[test_tool]
    fn late_tool(holds: bool) {
        ok!(true, "this holds");
        ok!(holds, "this need not");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn a_leaves_a_check_behind(t: Suite) {
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
    async fn b_is_blamed_for_it() {
        let late = LATE.lock().expect("nobody panics").take();
        late.into_iter().for_each(|late| late.join().expect("it only checks"));
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn c_leaves_itself_to_a_subtest(t: Suite) {
        leave(t);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn d_is_blamed_for_the_subtest() {
        let body = |t: Suite| async move {
            t.ok(false, "in the late subtest");
        };
        drop(
            left()
                .subtest("late subtest", Plan::new(), Invoke::default(), body)
                .await,
        );
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn e_leaves_itself_to_a_tool(t: Suite) {
        leave(t);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn f_is_blamed_for_the_tool() {
        let ended = left();
        let late = thread::spawn(move || ended.sync_scope(|| late_tool(false)));
        late.join().expect("it only checks");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn g_leaves_itself_to_an_event(t: Suite) {
        leave(t);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn h_is_blamed_for_the_event() {
        let ended = left();
        let claim = Claim::new(Raw::Pass, "in the late event", ended.info().at.clone());
        ok!(
            ended.try_send(EventKind::Test(claim)).is_ok(),
            "there is a place in the queue"
        );
    }
}

/// What a run of the suites of this module says.
fn run(module: &str) -> String {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args([module, "--ignored", "--test-threads=1"]);
    let ended = command.output().expect("it can be run");
    let (out, err) = (ended.stdout, ended.stderr);
    format!("{}{}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err))
}

#[suite]
async fn passing_suites_count_for_the_root() {
    let out = run("counted::");
    ok!(out.contains("3 passed; 0 failed;"), "{out}");
}

#[suite]
async fn a_plan_of_the_root_comes_too_late_after_a_passing_suite() {
    let out = run("planned::");
    ok!(
        out.contains("the plan comes too late, tests have been run already"),
        "{out}"
    );
}

#[suite]
async fn what_comes_too_late_for_a_passing_suite_fails_the_next_one() {
    let out = run("late::");
    ok!(out.contains("4 passed; 4 failed;"), "{out}");
    let pairs = [
        ("a_leaves_a_check_behind", "b_is_blamed_for_it"),
        ("c_leaves_itself_to_a_subtest", "d_is_blamed_for_the_subtest"),
        ("e_leaves_itself_to_a_tool", "f_is_blamed_for_the_tool"),
        ("g_leaves_itself_to_an_event", "h_is_blamed_for_the_event"),
    ];
    for (ended, blamed) in pairs {
        ok!(out.contains(&format!("test late::{blamed} ... FAILED")), "{out}");
        let why = format!("a check came after suite `late::{ended}` had ended");
        ok!(out.contains(&why), "{ended}: {out}");
    }
}
