//! What a verifier is content with, and how it is told: modes, expected breaks, reports, several at once (points 15 to
//! 18).

mod verifier_kit;

use std::time::Duration;

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan, VerifyCause};
use verifier_kit::*;

// ---- 15: modes -----------------------------------------------------------------------------------------------------

#[verify_loop(every = "10ms", name = "inv", eventually = "100ms")]
async fn eventually_scripted(script: Script) -> Round<(), String> {
    script.next()
}

#[verify_loop(every = "10ms", name = "inv", sometimes)]
async fn sometimes_scripted(script: Script) -> Round<(), String> {
    script.next()
}

#[verify_loop(every = "10ms", name = "inv", never)]
async fn never_scripted(script: Script) -> Round<(), String> {
    script.next()
}

#[verify_loop(every = "10ms", name = "inv", always)]
async fn always_scripted(script: Script) -> Round<(), String> {
    script.next()
}

#[suite(start_paused = true)]
async fn p15_what_each_mode_is_content_with() {
    let (all_bad, all_unknown) = ("x".repeat(50), "?".repeat(50));
    for (letters, always, eventually, sometimes, never) in [
        ("", true, true, true, false),
        ("xxx.", false, true, true, false),
        ("?x?.", false, true, true, false),
        (&*all_bad, false, false, false, true),
        (&*all_unknown, false, false, false, false),
    ] {
        for (mode, holds) in [
            ("always", always),
            ("eventually", eventually),
            ("sometimes", sometimes),
            ("never", never),
        ] {
            let script = Script::new(letters);
            let seen = run(move |_| async move {
                let v = match mode {
                    "always" => always_scripted(script),
                    "eventually" => eventually_scripted(script),
                    "sometimes" => sometimes_scripted(script),
                    _ => never_scripted(script),
                };
                v.start_job().await.unwrap();
                sleep(105).await;
                is!(v.stop_job().await.is_ok(), holds);
            })
            .await;
            is!(
                check(&seen, "inv").verdict == Verdict::Passed,
                holds,
                "{mode}: {letters}"
            );
        }
    }
}

#[suite(start_paused = true)]
async fn p15_eventually_ends_with_the_first_pass_and_else_tells_the_first_and_the_last_reason() {
    let began = tokio::time::Instant::now();
    let v = eventually_scripted(Script::new("xx."));
    v.start_job().await.unwrap();
    v.stop_job().await.unwrap();
    is!(began.elapsed(), ms(20), "a stop waits for the pass");
    let seen = run(|_| async {
        let mut n = 0;
        let v = Verifier::new(move || {
            n += 1;
            let words = format!("reason {n}");
            async move { Err::<(), _>(words) }
        })
        .name("inv")
        .eventually(ms(100));
        v.start_job().await.unwrap();
        matches_ok!(
            v.stop_job().await.unwrap_err().cause(),
            VerifyCause::NeverPassed(Some(_))
        );
        let mut n = 0;
        eventually!("in place", within = "50ms", {
            n += 1;
            Err::<(), _>(format!("reason {n}"))
        });
    })
    .await;
    for (name, last) in [("inv", 11), ("in place", 6)] {
        like!(
            notes(check(&seen, name)),
            format!("the first was round 1, .*: reason 1; the last was round {last}, .*: reason {last}(\n|$)")
        );
    }
}

#[suite(start_paused = true)]
async fn p15_in_place_the_same_loop_is_awaited() {
    let began = tokio::time::Instant::now();
    let system = System::new();
    system.break_it(true);
    let inner = system.clone();
    tokio::spawn(async move {
        sleep(95).await;
        inner.break_it(false);
    });
    let held = |round: Round<u64, String>| matches!(round, Round::Pass(_));
    ok!(eventually!("it heals", within = "1s", every = "20ms", {
        held(system.look())
    }));
    is!(began.elapsed(), ms(100));
    ok!(consistently!("and stays so", for = "200ms", every = "20ms", { held(system.look()) }));
    is!(began.elapsed(), ms(300));
    let seen = run(|_| async move {
        let mut n = 0;
        let held = consistently!("three", for = "200ms", {
            n += 1;
            n < 3
        });
        is!(held, false);
    })
    .await;
    like!(notes(check(&seen, "three")), "broken in round 3");
}

// ---- 16: expected to break -----------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p16_a_verifier_that_is_expected_to_break() {
    for (letters, expected) in [
        ("..x", Verdict::Todo("split brain, #12".into())),
        ("...", Verdict::UnexpectedPass("split brain, #12".into())),
    ] {
        let seen = run(move |_| async move {
            let script = Script::new(letters);
            let v = verify_loop!(name = "inv", todo = "split brain, #12", fail_fast, clone = [script], {
                script.next()
            });
            v.start_job().await.unwrap();
            sleep(50).await;
            ok!(v.stop_job().await.is_ok(), "no bad news for the body");
        })
        .await;
        is!(check(&seen, "inv").verdict, expected);
        is!(count_of(&seen, "no bad news for the body"), 1, "and nothing ends it");
        is!(seen.verdict(), Verdict::Passed);
    }
}

#[suite(start_paused = true)]
async fn p16_markers_of_the_program_are_not_used_up_by_a_verdict() {
    let seen = run(|_| async {
        let v = scripted(Script::new("x"));
        v.start_job().await.unwrap();
        sleep(15).await;
        todo_next!("for the check below", 1);
        v.finish().await;
        flunk!("below");
    })
    .await;
    is!(check(&seen, "inv").verdict, Verdict::Failed);
    is!(
        check(&seen, "below").verdict,
        Verdict::Todo("for the check below".into())
    );
}

// ---- 17: in reports ------------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p17_it_is_one_test_point_with_its_figures() {
    let seen = run(|_| async {
        let system = System::new();
        let v = inv(system.clone()).keep_going();
        v.start_job().await.unwrap();
        sleep(25).await;
        subtest!("guilty", {
            system.break_it(true);
            sleep(10).await;
            system.break_it(false);
            system.silence(true);
            sleep(10).await;
            system.silence(false);
        });
        v.stop_job().await.unwrap_err();
        v.finish().await;
    })
    .await;
    is!(seen.end().tally.run, 2, "the subtest and the verifier");
    let tap = seen.render("tap");
    is!(tap.matches("- inv").count(), 1);
    like!(tap, r"(?m)^    not ok 2 - inv$");
    for key in [
        "rounds",
        "failed",
        "unknown",
        "first_failure_at",
        "longest_gap",
        "latency_p50",
        "latency_p99",
        "running",
    ] {
        like!(tap, format!("(?m)^ +{key}(_ms)?:"), "TAP has `{key}`");
        like!(seen.render("events"), format!("\"{key}\""), "JSON has `{key}`");
        like!(seen.render("pretty"), format!("(?m)│ {key} "), "the tree has `{key}`");
    }
    #[cfg(feature = "junit")]
    like!(seen.render("junit"), r#"<property name="inv.rounds" value="5"#);
}

#[suite(start_paused = true)]
async fn p17_the_figures_come_with_a_pass_as_well() {
    let seen = run(|_| async {
        let v = inv(System::new()).last_round(false);
        v.start_job().await.unwrap();
        sleep(25).await;
    })
    .await;
    let check = check(&seen, "inv");
    is!(check.verdict, Verdict::Passed);
    is!(
        (count(check, "rounds"), count(check, "passed"), count(check, "failed")),
        (3, 3, 0)
    );
    is!(figure(check, "running"), None);
    unlike!(
        seen.render("pretty"),
        "latency",
        "what passes is short where people read"
    );
}

// ---- 18: several ---------------------------------------------------------------------------------------------------

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn p18_several_run_side_by_side() {
    let systems = [(); 8].map(|()| System::new());
    let all: Vec<_> = systems.iter().map(|system| inv(system.clone()).every(ms(1))).collect();
    for v in &all {
        v.start_job().await.unwrap();
    }
    let all_look = || systems.iter().all(|system| system.looks() >= 20);
    while !all_look() {
        sleep(1).await;
    }
    for (v, system) in all.iter().zip(&systems).rev() {
        let seen = v.stop_job().await.unwrap();
        is!(seen.len() as u64, system.looks());
        ok!(seen
            .windows(2)
            .all(|pair| pair[0].elapsed <= pair[1].elapsed && pair[0].data + 1 == pair[1].data));
    }
}

#[suite(start_paused = true)]
async fn p18_it_goes_on_across_parallel_and_random_children() {
    for plan in [Plan::new().random(), Plan::new().parallel()] {
        let seen = Intercept::new()
            .plan(plan)
            .run("inner", |_| async {
                let system = System::new();
                // Its variable goes out of scope with the body, before the children run.
                let v = inv(system.clone());
                v.start_job().await.unwrap();
                subtest!("innocent", { tokio::time::sleep(Duration::from_millis(1)).await });
                subtest!("culprit", {
                    sleep(25).await;
                    system.break_it(true);
                    sleep(50).await;
                    system.break_it(false);
                });
            })
            .await;
        let check = check(&seen, "inv");
        is!(check.verdict, Verdict::Failed);
        like!(notes(check), "running then: inner/culprit\n?");
    }
}
