use super::*;

/// A capture of nothing but what is written to this file.
fn alone() -> (Arc<Capture>, File) {
    let (source, printer) = Source::alone();
    let capture = Capture::of(source, None).unwrap();
    (capture, printer)
}

fn suite(id: u64) -> Arc<SuiteInfo> {
    Arc::new(SuiteInfo {
        id: SuiteId(id),
        ..SuiteInfo::root()
    })
}

/// What the hub would be told.
fn told(capture: &Capture) -> Vec<(Vec<u64>, String)> {
    let ids = |output: &Output| output.candidates.iter().map(|suite| suite.id.0).collect();
    let outputs = capture.pending.close();
    outputs.into_iter().map(|output| (ids(&output), output.text)).collect()
}

type Seen = Arc<Mutex<Vec<(Vec<u64>, String)>>>;

/// What had been told when it ended.
fn leave(capture: &Arc<Capture>, suite: &SuiteInfo, seen: &Seen) {
    let (inner, seen) = (capture.clone(), seen.clone());
    capture.leave(suite.id, Box::new(move || seen.lock().unwrap().extend(told(&inner))));
}

#[tokio::test]
async fn what_was_printed_is_told_before_the_end_of_who_may_have() {
    let (capture, mut printer) = alone();
    let (first, second) = (suite(1), suite(2));
    printer.write_all(b"nobody\n").unwrap();
    capture.begin(&first);
    printer.write_all(b"first\n").unwrap();
    capture.begin(&second);
    printer.write_all(b"both, and no line end").unwrap();
    let seen = Seen::default();
    leave(&capture, &first, &seen);
    capture.all_have_left().await;
    let expected = [
        (vec![], "nobody\n".to_owned()),
        (vec![1], "first\n".to_owned()),
        (vec![1, 2], "both, and no line end".to_owned()),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
    printer.write_all(b"second\n").unwrap();
    capture.end(second.id);
    printer.write_all(b"nobody\n").unwrap();
    capture.catch_up();
    assert_eq!(
        told(&capture),
        [(vec![2], "second\n".to_owned()), (vec![], "nobody\n".to_owned())]
    );
}

#[tokio::test]
async fn one_whose_end_panics_is_not_the_end_of_the_others() {
    let (capture, mut printer) = alone();
    let suites: Vec<_> = (1..4).map(suite).collect();
    suites.iter().for_each(|suite| capture.begin(suite));
    let seen = Seen::default();
    capture.leave(suites[0].id, Box::new(|| std::panic::resume_unwind(Box::new("end"))));
    leave(&capture, &suites[1], &seen);
    capture.all_have_left().await;
    printer.write_all(b"third\n").unwrap();
    leave(&capture, &suites[2], &seen);
    capture.all_have_left().await;
    assert_eq!(*seen.lock().unwrap(), [(vec![3], "third\n".to_owned())]);
}

#[test]
fn in_a_hurry_all_that_left_have_ended() {
    let (capture, mut printer) = alone();
    let one = suite(1);
    capture.begin(&one);
    printer.write_all(b"one\n").unwrap();
    let seen = Seen::default();
    leave(&capture, &one, &seen);
    capture.hurry();
    assert_eq!(*seen.lock().unwrap(), [(vec![1], "one\n".to_owned())]);
}
