//! The queue, the handle of a suite, passing checks on their way, the ledger and the job manager under a concurrency
//! checker: their own sources, on the checker's locks, condition variables, atomics and threads.
//!
//! Every scenario is played in many random orders, and in as many in which threads run long and are interrupted seldom
//! (probabilistic concurrency testing, three switches). What is explored: the orders between all operations on locks,
//! condition variables, atomics and threads of the sources listed below, and the points at which tasks wait. What is
//! not: the memory order of atomics (each is seen at once by everybody), the inside of tokio's own semaphore and
//! `Notify` (they are the real ones, and each of their operations is one step), time (a deadline passes when the
//! scenario says so), the bundles and reporters (what sits at the desk here is the ledger and a list of records), and
//! the order in which `drive` ends a suite (played here by `World::end`).
//!
//! `SHUTTLE_ITERATIONS` says how many orders are tried of each.

use hub_under_shuttle::{held_scenarios, job_scenarios, queue_scenarios, suite_scenarios};

fn explore(scenario: fn(), iterations: usize) {
    let iterations = std::env::var("SHUTTLE_ITERATIONS").map_or(iterations, |text| text.parse().expect("a number"));
    // One at a time: the numbers of suites are one static.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shuttle::check_random(scenario, iterations);
    // The other kind of order: long runs of one thread, and a few switches at the worst moments.
    shuttle::check_pct(scenario, iterations, 3);
}

macro_rules! explored {
    ($($module:ident: $($scenario:ident $iterations:literal)*;)*) => {$($(
        #[test]
        fn $scenario() {
            explore($module::$scenario, $iterations);
        }
    )*)*};
}

explored! {
    queue_scenarios:
        everything_is_handled_once_and_in_the_order_of_its_sender 500
        what_is_only_sent_is_handled_all_the_same 500
        hooks_send_from_inside 500
        a_full_road_is_emptied_by_whoever_finds_it_full 30
        the_end_beside_late_senders 500
        the_last_handle_goes_beside_senders 500
        ticks_beside_messages 500;
    suite_scenarios:
        every_check_is_counted_once 500
        own_passes_come_before_what_is_said_after_them 500
        passes_in_company_stay_in_the_order_of_their_task 500
        what_could_not_be_sent_is_not_lost 300
        the_end_beside_late_checks 500
        what_is_held_back_is_told_once_or_never 500
        an_abort_beside_checks 500
        stages_are_a_chain 500;
    held_scenarios:
        what_is_late_fails_the_next_that_ends 1000
        a_plan_of_the_root_is_too_late_for_whoever_has_passed_unheard 50
        the_root_knows_of_whoever_has_passed_unheard 500
        what_passes_is_told_once_and_with_all_its_checks 500;
    job_scenarios:
        never_more_than_the_limit 500
        nested_under_a_limit_of_one 500
        a_limit_that_changes 500
        given_up_while_waiting 500
        cancelled_while_starting 500
        cancelled_while_waiting 500
        released_while_waiting 500;
}
