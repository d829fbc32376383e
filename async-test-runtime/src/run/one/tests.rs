//! What is known of a suite between its attempts, without one having to run.

use super::*;
use crate::spec::SuiteKeys;

static ONCE: SuiteSpec = SuiteSpec::of("run::one::once");
static TWICE: SuiteSpec = SuiteSpec::of("run::one::twice").with(&SuiteKeys {
    retries: 1,
    ..SuiteKeys::NONE
});

fn pass() -> Arc<Pass> {
    Arc::new(Pass::new(Suite::top(), 0, 1, true))
}

fn begun(spec: &'static SuiteSpec) -> (Arc<OneSuite>, Step) {
    let pass = pass();
    let one = pass.next(spec, None);
    let step = first(spec, &pass);
    one.now().phase = Phase::Runs(step);
    (one, step)
}

fn made(one: &OneSuite, step: Step) -> Suite {
    let launch = one.launch(step.attempt, None);
    let suite = create(&one.pass.top, one.spec, launch).unwrap();
    one.now().suite = Some(suite.clone());
    suite
}

#[test]
fn one_is_alive_from_its_beginning_to_its_end() {
    let waits = pass().next(&ONCE, None);
    assert!(!waits.is_alive());
    let (one, step) = begun(&ONCE);
    assert!(one.is_alive(), "it has begun, and is not made yet");
    let suite = made(&one, step);
    assert!(one.is_alive());
    // As on a thread of its own, when there is no other to note it.
    close_unrun(&suite, None);
    assert!(!one.is_alive());
}

#[test]
fn what_was_given_up_is_not_alive_and_has_another_attempt_to_come() {
    let (one, step) = begun(&TWICE);
    let suite = made(&one, step);
    assert!(abandon(&suite));
    assert!(!one.is_alive());
    let second = one.ended(step, false);
    assert!(second.is_some_and(|second| !second.attempt.is_followed()));
    // Who comes second learns the same, whatever he has to say.
    assert_eq!(one.ended(step, true), second);
    assert!(!one.is_stopped());
}

#[test]
fn a_failure_that_nobody_has_a_thread_to_note_stops_the_others() {
    let (one, step) = begun(&TWICE);
    assert!(abandon(&made(&one, step)));
    // Before anybody has said that it has ended.
    one.fail_unstarted();
    assert!(one.is_stopped());
    assert_eq!(one.ended(step, false), None);
    let other = one.pass.next(&ONCE, None);
    other.fail_unstarted();
    assert!(matches!(other.now().phase, Phase::Waits(_)));
}

#[test]
fn a_pass_does_not_keep_what_could_not_be_started() {
    let pass = pass();
    let weak = Arc::downgrade(&pass);
    pass.fail_unstarted(&[&ONCE, &TWICE]);
    drop(pass);
    assert!(weak.upgrade().is_none());
}
