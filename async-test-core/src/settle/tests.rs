//! The tables of `decide`, of a session's end and of the verdict.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::round::VerifierState;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const BASE: VerifySpec = VerifySpec {
    every: Duration::from_millis(10),
    ..VerifySpec::BASE
};

fn mode(mode: Mode) -> VerifySpec {
    VerifySpec { mode, ..BASE }
}

/// `.` passes, `d` is done, `x` fails, `p` panics, `h` hangs, `?` cannot tell.
fn ending(letter: char) -> Ending {
    match letter {
        '.' => Ending::Pass,
        'd' => Ending::Done,
        'x' => Ending::Error,
        'p' => Ending::Panic,
        'h' => Ending::Hung,
        '?' => Ending::Unknown,
        other => panic!("no ending `{other}`"),
    }
}

struct Played {
    standing: Standing,
    life: Life,
    step: Step,
    rounds: usize,
    crossed_in: Option<usize>,
}

/// Rounds of 1 ms, the first at 100 ms, until the loop ends by itself or the text does.
fn play(spec: &VerifySpec, rounds: &str) -> Played {
    let mut life = Life::new("s");
    let session = life.begin();
    let mut played = Played {
        standing: Standing::new(spec, ms(100)),
        life,
        step: Step::Again(Duration::ZERO),
        rounds: 0,
        crossed_in: None,
    };
    let mut now = ms(100);
    for letter in rounds.chars() {
        let facts = RoundFacts {
            began: now,
            ended: now + ms(1),
            ending: ending(letter),
            again: None,
            draw: 0.0,
        };
        let crossed = played.standing.note(spec, &facts);
        played.rounds += 1;
        if crossed {
            assert_eq!(played.crossed_in.replace(played.rounds), None, "crossed twice");
        }
        let text: Arc<str> = Arc::from(format!("{letter}{}", played.rounds));
        played.life.note(
            spec,
            Noted {
                session,
                round: played.rounds as u64,
                facts: &facts,
                text: Some(&text),
                blame: None,
                crossed,
            },
        );
        played.step = decide(spec, &played.standing, &facts);
        match played.step {
            Step::Again(delay) => now += ms(1) + delay,
            Step::Stop(_) => break,
        }
    }
    played
}

fn verdict(spec: &VerifySpec, rounds: &str) -> (Option<Finding>, VerifyVerdict) {
    let mut played = play(spec, rounds);
    let now = ms(100) + ms(11) * played.rounds as u32;
    let finding = played.standing.close(spec, now);
    played.life.end(spec, &played.standing, finding, 0);
    let report = played
        .life
        .report(spec, Cow::Borrowed("v"), VerifierState::Finished, None, now);
    (finding, report.verdict)
}

#[test]
fn when_a_loop_ends_by_itself() {
    use Stop::{Done, GateFailed, GateUndecided, Passed, Rounds, TimeUp, Violated};
    let eventually = |within| mode(Mode::Eventually(ms(within)));
    let table: &[(&str, VerifySpec, &str, usize, Option<Stop>)] = &[
        ("a pass goes on", BASE, "...", 3, None),
        ("a failure ends it", BASE, "..x..", 3, Some(Violated)),
        ("a panic is a failure", BASE, ".p.", 2, Some(Violated)),
        ("a hung round is a failure", BASE, ".h.", 2, Some(Violated)),
        ("unknown is neither", BASE, "?.?", 3, None),
        ("done ends it well", BASE, "..d.", 3, Some(Done)),
        (
            "keep going",
            VerifySpec {
                keep_going: true,
                ..BASE
            },
            ".xxp",
            4,
            None,
        ),
        (
            "done ends also that",
            VerifySpec {
                keep_going: true,
                ..BASE
            },
            "xd.",
            2,
            Some(Done),
        ),
        (
            "three in a row",
            VerifySpec { after: 3, ..BASE },
            "xx.xxx.",
            6,
            Some(Violated),
        ),
        (
            "unknown does not end the row",
            VerifySpec { after: 3, ..BASE },
            "xx?x.",
            4,
            Some(Violated),
        ),
        (
            "unknown does not lengthen it",
            VerifySpec { after: 3, ..BASE },
            "x??x.",
            5,
            None,
        ),
        (
            "half of them",
            VerifySpec {
                ratio: Some(0.5),
                ..BASE
            },
            ".x.",
            2,
            Some(Violated),
        ),
        (
            "half, but not too early",
            VerifySpec {
                ratio: Some(0.5),
                min_rounds: 4,
                ..BASE
            },
            "x..x.",
            4,
            Some(Violated),
        ),
        (
            "less than half",
            VerifySpec {
                ratio: Some(0.5),
                min_rounds: 4,
                ..BASE
            },
            "x....x.",
            7,
            None,
        ),
        (
            "unknown is no part of the share",
            VerifySpec {
                ratio: Some(1.0),
                min_rounds: 3,
                ..BASE
            },
            "x??.",
            4,
            None,
        ),
        (
            "the share is reached with a bad round",
            VerifySpec {
                ratio: Some(1.0),
                min_rounds: 3,
                ..BASE
            },
            "xx?x",
            4,
            Some(Violated),
        ),
        (
            "a row beside the share",
            VerifySpec {
                ratio: Some(0.9),
                min_rounds: 50,
                after: 2,
                ..BASE
            },
            ".xx",
            3,
            Some(Violated),
        ),
        (
            "so many rounds",
            VerifySpec {
                rounds: Some(2),
                ..BASE
            },
            "...",
            2,
            Some(Rounds),
        ),
        (
            "so many rounds, failed ones too",
            VerifySpec {
                rounds: Some(2),
                keep_going: true,
                ..BASE
            },
            "xxx",
            2,
            Some(Rounds),
        ),
        (
            "eventually: the first pass",
            eventually(1000),
            "x?xp.x",
            5,
            Some(Passed),
        ),
        ("eventually: done is a pass", eventually(1000), "xd", 2, Some(Passed)),
        ("eventually: failures go on", eventually(1000), "xxx", 3, None),
        // Rounds begin at 0, 11, 22, 33 ms: the last look is put on the end.
        ("eventually: the time is up", eventually(30), "xxxxxx", 4, Some(TimeUp)),
        ("eventually: one look at least", eventually(0), "xx", 1, Some(TimeUp)),
        (
            "eventually: or so many rounds",
            VerifySpec {
                rounds: Some(2),
                ..eventually(1000)
            },
            "xxx",
            2,
            Some(Rounds),
        ),
        ("sometimes goes on after both", mode(Mode::Sometimes), "x.x.?", 5, None),
        ("never: a failure is good", mode(Mode::Never), "xx?x", 4, None),
        ("never: a pass is not", mode(Mode::Never), "x.x", 2, Some(Violated)),
        (
            "never: nor done",
            VerifySpec {
                keep_going: true,
                ..mode(Mode::Never)
            },
            "xdx",
            2,
            Some(Done),
        ),
        ("never: nor a panic", mode(Mode::Never), "xpx", 2, Some(Violated)),
        ("never: nor a hung round", mode(Mode::Never), "xhx", 2, Some(Violated)),
        (
            "a time to last",
            VerifySpec {
                lasts: Some(ms(30)),
                ..BASE
            },
            "......",
            4,
            Some(TimeUp),
        ),
        (
            "a failure before",
            VerifySpec {
                lasts: Some(ms(30)),
                ..BASE
            },
            ".x....",
            2,
            Some(Violated),
        ),
        ("a gate that holds", VerifySpec { gate: true, ..BASE }, "...", 3, None),
        (
            "a gate that does not",
            VerifySpec {
                gate: true,
                keep_going: true,
                after: 5,
                ..BASE
            },
            "x..",
            1,
            Some(GateFailed),
        ),
        (
            "a gate waits for a decision",
            VerifySpec { gate: true, ..BASE },
            "??x",
            3,
            Some(GateFailed),
        ),
        (
            "a gate is passed once",
            VerifySpec { gate: true, ..BASE },
            ".x",
            2,
            Some(Violated),
        ),
        (
            "a gate of never",
            VerifySpec {
                gate: true,
                ..mode(Mode::Never)
            },
            ".x",
            1,
            Some(GateFailed),
        ),
        (
            "a gate where a pass is awaited",
            VerifySpec {
                gate: true,
                ..mode(Mode::Sometimes)
            },
            "xx.x",
            4,
            None,
        ),
        (
            "a gate does not wait for ever",
            VerifySpec {
                gate: true,
                round_timeout: ms(25),
                ..BASE
            },
            "?????",
            4,
            Some(GateUndecided),
        ),
    ];
    for (what, spec, rounds, count, stop) in table {
        let played = play(&spec.in_range(), rounds);
        let stopped = match played.step {
            Step::Stop(stop) => Some(stop),
            Step::Again(_) => None,
        };
        assert_eq!((played.rounds, stopped), (*count, *stop), "{what}");
    }
}

#[test]
fn a_threshold_is_crossed_once() {
    let keep_going = VerifySpec {
        keep_going: true,
        ..BASE
    };
    assert_eq!(play(&keep_going, ".xx.x").crossed_in, Some(2));
    assert_eq!(play(&mode(Mode::Sometimes), "xxx").crossed_in, None);
    assert_eq!(play(&mode(Mode::Eventually(ms(5))), "xxx").crossed_in, None);
    assert_eq!(play(&mode(Mode::Never), "x.").crossed_in, Some(2));
}

#[test]
fn what_a_session_comes_to() {
    use VerifyVerdict::{Fail, Pass, Unknown};
    let gap = |allowed| VerifySpec {
        max_gap: Some(ms(allowed)),
        ..BASE
    };
    let too_few = Finding::TooFewRounds { rounds: 3, wanted: 4 };
    let long = Finding::Gap {
        longest: ms(21),
        allowed: ms(20),
    };
    let table: &[(&str, VerifySpec, &str, Option<Finding>, VerifyVerdict)] = &[
        ("it held", BASE, "...", None, Pass),
        ("held where it could tell", BASE, "?.?", None, Pass),
        ("violated", BASE, ".x", Some(Finding::Violated), Fail),
        (
            "violated and well again",
            VerifySpec {
                keep_going: true,
                ..BASE
            },
            ".x..",
            Some(Finding::Violated),
            Fail,
        ),
        (
            "failures below the threshold",
            VerifySpec { after: 2, ..BASE },
            ".x.x",
            None,
            Pass,
        ),
        ("nothing was looked at", BASE, "", Some(Finding::NoRound), Fail),
        ("nothing could be told", BASE, "???", Some(Finding::Undecided), Unknown),
        (
            "too few",
            VerifySpec { min_rounds: 4, ..BASE },
            "...",
            Some(too_few),
            Fail,
        ),
        ("just enough", VerifySpec { min_rounds: 4, ..BASE }, "....", None, Pass),
        ("no look for too long", gap(20), ".?.", Some(long), Fail),
        ("no look for long", gap(21), ".?.", None, Pass),
        ("eventually", mode(Mode::Eventually(ms(100))), "xx.", None, Pass),
        (
            "eventually not",
            mode(Mode::Eventually(ms(15))),
            "xxx",
            Some(Finding::NeverPassed),
            Fail,
        ),
        (
            "eventually unknown",
            mode(Mode::Eventually(ms(15))),
            "???",
            Some(Finding::NeverPassed),
            Fail,
        ),
        ("sometimes", mode(Mode::Sometimes), "x.x", None, Pass),
        (
            "not even sometimes",
            mode(Mode::Sometimes),
            "x?x",
            Some(Finding::NeverPassed),
            Fail,
        ),
        ("never", mode(Mode::Never), "xxx", None, Pass),
        (
            "never looked",
            mode(Mode::Never),
            "??",
            Some(Finding::Undecided),
            Unknown,
        ),
        ("once", mode(Mode::Never), "x.", Some(Finding::Violated), Fail),
        (
            "gate",
            VerifySpec { gate: true, ..BASE },
            "x",
            Some(Finding::GateFailed),
            Fail,
        ),
    ];
    for (what, spec, rounds, finding, expected) in table {
        assert_eq!(verdict(&spec.in_range(), rounds), (*finding, *expected), "{what}");
    }
}

#[test]
fn a_verdict_over_several_starts() {
    use VerifyVerdict::{Fail, Pass, Unknown};
    let sometimes = mode(Mode::Sometimes);
    for (spec, starts, expected) in [
        (BASE, &["...", "."][..], Pass),
        (BASE, &["..", "x", ".."], Fail),
        (BASE, &["..", ""], Fail),
        (BASE, &["..", "??"], Unknown),
        (BASE, &["??", "x"], Fail),
        (sometimes, &["xx", ".x"], Pass),
        (sometimes, &["xx", "??", "x.", "x"], Pass),
        (sometimes, &["xx", ""], Fail),
    ] {
        let mut life = Life::new("s");
        for rounds in starts {
            life.begin();
            let mut played = play(&spec, rounds);
            let finding = played.standing.close(&spec, ms(1000));
            life.end(&spec, &played.standing, finding, 0);
        }
        let report = life.report(&spec, Cow::Borrowed("v"), VerifierState::Idle, None, ms(1000));
        assert_eq!(report.verdict, expected, "{starts:?}");
        assert_eq!(report.verdict == Pass, life.found(&spec).is_none(), "{starts:?}");
        assert_eq!(report.sessions, starts.len() as u64);
    }
}

#[test]
fn figures_while_it_runs() {
    let spec = VerifySpec {
        keep_going: true,
        ..BASE
    };
    for (rounds, expected) in [
        ("..", VerifyVerdict::Pass),
        ("", VerifyVerdict::Unknown),
        ("?", VerifyVerdict::Unknown),
        (".x.", VerifyVerdict::Fail),
    ] {
        let played = play(&spec, rounds);
        let running = Some((&played.standing, 3));
        let report = played
            .life
            .report(&spec, Cow::Borrowed("v"), VerifierState::Running, running, ms(200));
        assert_eq!(report.verdict, expected, "{rounds}");
        assert_eq!(report.rounds, rounds.len() as u64);
        assert_eq!(report.dropped, 3);
    }
}

#[test]
fn figures_at_the_end() {
    let spec = VerifySpec {
        keep_going: true,
        ..BASE
    };
    // Rounds at 100, 111, 122, 133, 144 ms, each of 1 ms.
    let mut played = play(&spec, ".?x.x");
    let finding = played.standing.close(&spec, ms(200));
    let found = played.life.end(&spec, &played.standing, finding, 7).unwrap();
    assert_eq!(found.sentence, "broken in round 3, 123.000ms after the suite began: x3");
    let report = played
        .life
        .report(&spec, Cow::Borrowed("v"), VerifierState::Finished, None, ms(200));
    assert_eq!(
        (report.rounds, report.passed, report.failed, report.unknown),
        (5, 2, 2, 1)
    );
    assert_eq!(report.dropped, 7);
    let first = report.first_failure.unwrap();
    assert_eq!((first.round, first.at, &*first.error), (3, ms(123), "x3"));
    assert_eq!(report.last_failure.unwrap().round, 5);
    assert_eq!(report.violation.unwrap().round, 3);
    assert_eq!(report.last_unknown.as_deref(), Some("?2"));
    assert_eq!(report.transitions, 4);
    assert_eq!(report.intervals.len(), 5);
    // From the end of the last round to the stop.
    assert_eq!(report.longest_gap, ms(55));
    assert_eq!(report.latency.max, ms(1));
    assert!((report.own_cost - 5.0 / 200.0).abs() < 1e-9, "{}", report.own_cost);
    assert!((report.covered - 45.0 / 200.0).abs() < 1e-9, "{}", report.covered);
}

#[test]
fn gaps_are_times_without_a_look() {
    let spec = BASE;
    let at = |began: u64, ended: u64, letter| RoundFacts {
        began: ms(began),
        ended: ms(ended),
        ending: ending(letter),
        again: None,
        draw: 0.0,
    };
    for (rounds, closed, longest) in [
        (&[at(100, 101, '.')][..], 101, 0),
        (&[at(130, 131, '.')], 131, 30),                    // before the first
        (&[at(100, 101, '.')], 151, 50),                    // after the last
        (&[at(100, 160, '.'), at(170, 171, '.')], 171, 10), // a long round is a look
        (&[at(100, 101, '.'), at(110, 111, '?'), at(120, 121, '.')], 121, 19),
        (&[at(100, 101, '.'), at(110, 170, 'h'), at(180, 181, '.')], 181, 79),
        (&[at(100, 101, 'x'), at(110, 111, 'p')], 111, 9),
        (&[], 125, 25),
    ] {
        let mut standing = Standing::new(&spec, ms(100));
        for facts in rounds {
            standing.note(&spec, facts);
        }
        standing.close(&spec, ms(closed));
        assert_eq!(standing.longest_gap_at(Duration::ZERO), ms(longest), "{rounds:?}");
    }
}

#[test]
fn skipped_ticks_are_counted() {
    let spec = VerifySpec {
        fixed_rate: true,
        ..BASE
    };
    for (begins, late) in [
        (&[100, 110, 120][..], 0),
        (&[100, 110, 140], 2),
        (&[105, 116, 126], 0),
        (&[100, 101, 102, 110], 0),
    ] {
        let mut standing = Standing::new(&spec, ms(90));
        for began in begins {
            let facts = RoundFacts {
                began: ms(*began),
                ended: ms(*began),
                ending: Ending::Pass,
                again: None,
                draw: 0.0,
            };
            standing.note(&spec, &facts);
        }
        assert_eq!(standing.late_ticks(), late, "{begins:?}");
    }
}

#[test]
fn the_delay_is_cut_at_the_end_of_the_time() {
    let spec = VerifySpec {
        lasts: Some(ms(25)),
        ..BASE
    };
    let facts = RoundFacts {
        began: ms(119),
        ended: ms(120),
        ending: Ending::Pass,
        again: Some(ms(500)),
        draw: 0.0,
    };
    let mut standing = Standing::new(&spec, ms(100));
    standing.note(&spec, &facts);
    assert_eq!(decide(&spec, &standing, &facts), Step::Again(ms(5)));
}

#[test]
fn how_long_a_round_may_take() {
    let table = [
        (BASE, 0, ms(60_000)),
        (
            VerifySpec {
                round_timeout: ms(7),
                ..BASE
            },
            0,
            ms(7),
        ),
        (mode(Mode::Eventually(ms(5000))), 0, ms(5000)),
        (mode(Mode::Eventually(ms(5000))), 4000, ms(1000)),
        (mode(Mode::Eventually(ms(5000))), 4900, ms(500)),
        (mode(Mode::Eventually(ms(5000))), 6000, ms(500)),
        (mode(Mode::Eventually(ms(50))), 0, ms(100)),
        (
            VerifySpec {
                round_timeout: ms(30),
                ..mode(Mode::Eventually(ms(5000)))
            },
            0,
            ms(30),
        ),
        (
            VerifySpec {
                lasts: Some(ms(2000)),
                ..BASE
            },
            500,
            ms(1500),
        ),
    ];
    for (spec, run_for, limit) in table {
        assert_eq!(round_limit(&spec, ms(run_for)), limit, "{spec:?} at {run_for}");
    }
}

#[test]
fn a_long_life_stays_small() {
    let spec = VerifySpec {
        keep_going: true,
        ..BASE
    };
    let mut life = Life::new("s");
    let session = life.begin();
    let mut standing = Standing::new(&spec, ms(0));
    for round in 1..=200_000 {
        let facts = RoundFacts {
            began: ms(round),
            ended: ms(round),
            ending: if round % 3 == 0 { Ending::Error } else { Ending::Pass },
            again: None,
            draw: 0.0,
        };
        let crossed = standing.note(&spec, &facts);
        let text: Arc<str> = Arc::from(format!("failure {round} {}", "x".repeat(500)));
        life.note(
            &spec,
            Noted {
                session,
                round,
                facts: &facts,
                text: Some(&text),
                blame: None,
                crossed,
            },
        );
    }
    let report = life.report(
        &spec,
        Cow::Borrowed("v"),
        VerifierState::Running,
        Some((&standing, 0)),
        ms(200_000),
    );
    let kept: usize = report
        .intervals
        .iter()
        .map(|interval| {
            let reason = |reason: &Option<Arc<str>>| reason.as_ref().map_or(0, |text| text.len());
            size_of::<Interval>() + reason(&interval.first_reason) + reason(&interval.last_reason)
        })
        .sum();
    assert!(kept < 1 << 20, "{kept} bytes");
    assert_eq!(report.intervals.len() as u64 + report.intervals_dropped, 133_333);
}
