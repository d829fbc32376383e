use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::ids::SuiteId;
use crate::record::{RunEnd, SuiteInfo, Tally};

/// Writes one text and one closing for each record.
#[derive(Debug)]
struct Texts(Vec<(&'static str, &'static str)>, &'static str);

impl Reporter for Texts {
    fn record(&mut self, _: &Record, out: &mut dyn Write) -> io::Result<()> {
        let (text, closing) = self.0.remove(0);
        self.1 = closing;
        out.write_all(text.as_bytes())
    }

    fn closing(&self) -> String {
        self.1.to_owned()
    }
}

fn record() -> Record {
    Record::SuiteStarted(Arc::new(SuiteInfo {
        id: SuiteId(1),
        parent: Some(SuiteId::ROOT),
        top: SuiteId(1),
        name: "a".to_owned(),
        test_name: "a".into(),
        path: "a".to_owned(),
        nesting: 1,
        ..SuiteInfo::root()
    }))
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("async-test-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn names(&self) -> Vec<OsString> {
        let mut names: Vec<OsString> = fs::read_dir(&self.0)
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_file_ends_with_the_closing_at_any_time() {
    let folder = Folder::new("closing");
    let path = folder.0.join("report");
    fs::write(&path, "from yesterday, and longer than anything that is written today").unwrap();
    let texts = vec![
        ("head ", "(a long closing)"),
        ("", "(short)"),
        ("one ", "(a long closing)"),
        ("two ", "(s)"),
        ("tail", ""),
    ];
    let mut file = ReportFile::create(&path, Box::new(Texts(texts, ""))).unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with("from yesterday"));
    for expected in [
        "head (a long closing)",
        "head (short)",
        "head one (a long closing)",
        "head one two (s)",
        "head one two tail",
    ] {
        file.record(&record(), &mut io::sink()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    }
    assert_eq!(folder.names(), ["report"]);
}

#[test]
fn an_xml_document_grows_past_its_room_and_ends_clean() {
    let folder = Folder::new("xml");
    let path = folder.0.join("report");
    let head = "<?xml version=\"1.0\"?>\n<all>\n";
    let closing = "<remark>not all</remark>\n</all>\n";
    let suite: &'static str = format!("<suite>{}</suite>\n", "x".repeat(3_000)).leak();
    let large: &'static str = format!("<suite>{}</suite>\n", "y".repeat(300_000)).leak();
    let mut texts = vec![(head, closing)];
    texts.extend((0..60).map(|n| (if n == 40 { large } else { suite }, closing)));
    texts.push(("", closing));
    texts.push(("<last/>\n</all>\n", ""));
    let mut expected = String::new();
    let mut file = ReportFile::create(&path, Box::new(Texts(texts.clone(), ""))).unwrap();
    for (text, closing) in texts {
        file.record(&record(), &mut io::sink()).unwrap();
        expected.push_str(text);
        let now = fs::read_to_string(&path).unwrap();
        if closing.is_empty() {
            assert_eq!(now, expected);
            continue;
        }
        // The instructions are for nobody.
        let (mut visible, mut rest) = (String::new(), now.as_str());
        while let Some((before, instruction)) = rest.split_once("<?") {
            visible.push_str(before);
            rest = instruction.split_once("?>").unwrap().1;
        }
        visible.push_str(rest);
        let expected = expected.split_once("?>").unwrap().1;
        assert_eq!(visible, format!("{expected}{closing}"));
    }
    assert_eq!(folder.names(), ["report"]);
}

#[test]
fn a_run_that_does_not_begin_leaves_nothing_behind() {
    let folder = Folder::new("unused");
    let path = folder.0.join("report");
    drop(ReportFile::create(&path, Box::new(Texts(Vec::new(), ""))).unwrap());
    assert!(folder.names().is_empty());
    let nowhere = folder.0.join("no/such/folder");
    assert!(ReportFile::create(&nowhere, Box::new(Texts(Vec::new(), ""))).is_err());
}

#[cfg(unix)]
fn the_end() -> Record {
    Record::RunEnded(Arc::new(RunEnd {
        passed: 1,
        failed: 0,
        ignored: 0,
        filtered_out: 0,
        failures: Vec::new(),
        flaky: Vec::new(),
        bailed_out: None,
        problems: Vec::new(),
        checks: Tally::default(),
        queue_most: 0,
        took: Duration::ZERO,
        seed: 0,
        at_once: 1,
        passes: None,
    }))
}

#[test]
fn a_file_that_is_gone_at_the_end_is_lost() {
    let folder = Folder::new("gone");
    let path = folder.0.join("report");
    for (removed, is_lost) in [(false, false), (true, true)] {
        let texts = vec![("head ", ""), ("tail", "")];
        let mut file = ReportFile::create(&path, Box::new(Texts(texts, ""))).unwrap();
        file.record(&record(), &mut io::sink()).unwrap();
        if removed {
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(file.record(&the_end(), &mut io::sink()).is_err(), is_lost);
    }
    let mut silent = ReportFile::create(&path, Box::new(Texts(vec![("", "")], ""))).unwrap();
    silent.record(&the_end(), &mut io::sink()).unwrap();
}

#[test]
fn a_link_and_a_device_stay_what_they_are() {
    let folder = Folder::new("link");
    let (path, link) = (folder.0.join("report"), folder.0.join("link"));
    fs::write(&path, "old").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut file = ReportFile::create(&link, Box::new(Texts(vec![("new", "")], ""))).unwrap();
    file.record(&record(), &mut io::sink()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");

    let mut null = ReportFile::create(Path::new("/dev/null"), Box::new(Texts(vec![("x", "y")], ""))).unwrap();
    null.record(&record(), &mut io::sink()).unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
