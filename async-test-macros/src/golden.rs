//! Whole expansions, kept as files: `BLESS=1 cargo test` writes them anew, and the difference is read in review.
//!
//! Beside each file a test bans our own name where another crate was named, and holds the number of tokens below a
//! ceiling, since every test of every user pays for them.

use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::{plan, scan, subtest, suite, test_tool, verify_loop, verify_loop_inline};

#[derive(Clone, Copy)]
enum Macro {
    Suite,
    VerifyLoop,
    TestTool,
    Subtest,
    Plan,
    VerifyLoopInline,
}

struct Case {
    name: &'static str,
    of: Macro,
    args: &'static str,
    item: &'static str,
    /// The most tokens the expansion may add to what the user wrote.
    ceiling: usize,
}

const fn case(name: &'static str, of: Macro, args: &'static str, item: &'static str, ceiling: usize) -> Case {
    Case {
        name,
        of,
        args,
        item,
        ceiling,
    }
}

const STORAGE: &str = "/// Reads and writes.
    #[allow(clippy::unwrap_used)]
    pub(crate) async fn storage(t: Suite) -> Result<(), StoreError> { t.ok(true, \"open\"); Ok(()) }";
const ONE_LEADER: &str =
    "async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> { cluster.leader().await }";

const CASES: &[Case] = &[
    case("suite", Macro::Suite, "", "async fn storage() {}", 89),
    case("suite_with_handle", Macro::Suite, "", STORAGE, 122),
    case(
        "suite_with_keys",
        Macro::Suite,
        "crate = other, plan = 3, parallel, random, todo = \"why\", skip_all = \"why\", test_jobs = 4, job_timeout = \"30s\",
         timeout = \"1m30s\", name = \"storage\", retries = 2, tags(\"net\", \"slow\"), keys(owner = \"team\", quarantine = 3), serial, flavor = \"multi_thread\",
         worker_threads = 2, when = [mode(\"release\"), all(cfg(unix), none(env(\"CI\"))), my::READY]",
        "async fn storage(_: Suite) {}",
        400,
    ),
    case(
        "suite_with_attributes",
        Macro::Suite,
        "start_paused = true",
        "#[cfg(unix)] #[ignore = \"slow\"] #[should_panic(expected = \"boom\")] #[tracing::instrument] #[expect(unused)]
         async fn boom() { verify_loop!(async { Ok(1) }); }",
        152,
    ),
    case("suite_plain", Macro::Suite, "", "fn parses() -> Result<(), String> { Ok(()) }", 89),
    case("suite_with_errors", Macro::Suite, "paralel", "#[ignore] fn parses() { subtest!(\"a\", {}); }", 83),
    case("verify_loop", Macro::VerifyLoop, "every = \"5ms\", fail_fast", ONE_LEADER, 123),
    case("verify_loop_renamed", Macro::VerifyLoop, "crate = other, eventually = \"5s\"", ONE_LEADER, 121),
    case(
        "verify_loop_value",
        Macro::VerifyLoop,
        "",
        "fn size<T: Len>((list, _): (T, u8), mut least: usize) -> usize where T: Clone { least.max(list.len()) }",
        175,
    ),
    case(
        "verify_loop_method",
        Macro::VerifyLoop,
        "history = 8",
        "#[cfg(unix)] /// Looks.\n pub async fn look(&self, at: Key) -> bool { self.has(at).await }",
        205,
    ),
    case("verify_loop_with_errors", Macro::VerifyLoop, "evry = \"5ms\"", ONE_LEADER, 111),
    case("subtest", Macro::Subtest, "other", "\"reads\", { ok!(true); }", 138),
    case("subtest_with_handle", Macro::Subtest, "other", "\"client {i}\", async |t| { t.ok(true, \"\"); }", 139),
    case(
        "subtest_with_keys",
        Macro::Subtest,
        "other",
        "name, plan = n, parallel, random, todo = format!(\"{why}\"), skip_all = \"why\", when = any(env(\"CI\"), READY),
         test_jobs = 4, job_timeout = limit, timeout = \"5s\", tags(\"net\"), keys(owner = team()), spawned, hidden, run(client)",
        218,
    ),
    case("subtest_instant", Macro::Subtest, "other", "\"counts\", instant, { count += 1; }", 109),
    case("subtest_with_question_mark", Macro::Subtest, "other", "\"puts\", { store.put(1).await?; }", 177),
    case("subtest_with_value", Macro::Subtest, "other", "\"puts\", { store.put(1).await?; check() }", 180),
    case("subtest_with_errors", Macro::Subtest, "other", "\"reads\", paralel, retries = 2, { ok!(true); }", 154),
    case("test_tool", Macro::TestTool, "", "pub fn is_even(n: u64) -> bool { n % 2 == 0 }", 68),
    case(
        "test_tool_async",
        Macro::TestTool,
        "crate = other, skippable = false, readify = false, anchor",
        "/// Waits.\n async fn drains<T: Log>(log: &T, mut tries: u8, _turn: Turn) -> bool { ok!(log.drain().await) }",
        132,
    ),
    case("test_tool_method", Macro::TestTool, "", "#[cfg(unix)] fn look(&self) { ok!(self.a); }", 69),
    case("test_tool_with_errors", Macro::TestTool, "ancor", "fn look() -> Option<()> { subtest!(\"a\", {}); }", 100),
    case("plan", Macro::Plan, "other", "5, parallel, todo = \"why\"", 29),
    case(
        "verify_loop_inline",
        Macro::VerifyLoopInline,
        "other",
        "every = \"5ms\", clone = [cluster, log], async { let term = cluster.term().await?; log.put(term); Ok(term) }",
        179,
    ),
    case("verify_loop_inline_plain", Macro::VerifyLoopInline, "other", "name = \"n\", never, { is_split(3) }", 55),
];

impl Case {
    fn expand(&self) -> TokenStream {
        self.expand_with(self.args.parse().unwrap(), self.item.parse().unwrap())
    }

    fn expand_with(&self, args: TokenStream, item: TokenStream) -> TokenStream {
        let input = quote!([#args] #item);
        match self.of {
            Macro::Suite => {
                let (tokens, errors) = suite::expand(args, item);
                errors.beside(tokens)
            }
            Macro::VerifyLoop => {
                let (tokens, errors) = verify_loop::expand(args, item);
                errors.beside(tokens)
            }
            Macro::TestTool => {
                let (tokens, errors) = test_tool::expand(args, item);
                errors.beside(tokens)
            }
            Macro::Subtest => {
                let (tokens, errors) = subtest::expand(input);
                errors.within(tokens)
            }
            Macro::Plan => {
                let (tokens, errors) = plan::expand(input);
                errors.within(tokens)
            }
            Macro::VerifyLoopInline => {
                let (tokens, errors) = verify_loop_inline::expand(input);
                errors.within(tokens)
            }
        }
    }

    fn text(&self) -> String {
        let tokens = self.expand();
        let tokens = match self.of {
            Macro::VerifyLoop | Macro::TestTool if self.item.contains("self") => quote!(impl Look { #tokens }),
            Macro::Suite | Macro::VerifyLoop | Macro::TestTool => tokens,
            Macro::Subtest | Macro::Plan | Macro::VerifyLoopInline => quote!(async fn body() { let value = #tokens; }),
        };
        match syn::parse2(tokens) {
            Ok(file) => prettyplease::unparse(&file),
            Err(error) => panic!("{}: the expansion cannot be read: {error}", self.name),
        }
    }

    fn file(&self) -> PathBuf {
        [
            env!("CARGO_MANIFEST_DIR"),
            "tests",
            "golden",
            &format!("{}.rs", self.name),
        ]
        .iter()
        .collect()
    }

    fn names_another_crate(&self) -> bool {
        self.args.contains("other")
    }
}

fn count(tokens: TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => 2 + count(group.stream()),
            _ => 1,
        })
        .sum()
}

#[test]
fn expansions_are_as_kept() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut different = Vec::new();
    for case in CASES {
        let text = case.text();
        if bless {
            std::fs::create_dir_all(case.file().parent().unwrap()).unwrap();
            std::fs::write(case.file(), &text).unwrap();
        }
        let kept = std::fs::read_to_string(case.file())
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if kept != text {
            different.push(format!("--- {}\n{text}", case.name));
        }
    }
    assert!(
        different.is_empty(),
        "run with BLESS=1 when this is meant:\n{}",
        different.join("\n")
    );
}

#[test]
fn every_kept_file_has_its_case() {
    let directory = CASES[0].file().parent().unwrap().to_owned();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            CASES.iter().any(|case| case.file() == path),
            "{} belongs to no case",
            path.display()
        );
    }
}

#[test]
fn our_name_is_banned_where_another_is_given() {
    let renamed: Vec<_> = CASES.iter().filter(|case| case.names_another_crate()).collect();
    assert!(renamed.len() > 5);
    for case in renamed {
        let tokens = case.expand();
        assert!(!scan::mentions(&tokens, "async_test_suite"), "{}: {tokens}", case.name);
        assert!(scan::mentions(&tokens, "other"), "{}: {tokens}", case.name);
    }
}

#[test]
fn expansions_stay_small() {
    for case in CASES {
        let written = count(case.args.parse().unwrap()) + count(case.item.parse().unwrap());
        let added = count(case.expand()).saturating_sub(written);
        assert!(
            added <= case.ceiling,
            "{} adds {added} tokens, its ceiling is {}",
            case.name,
            case.ceiling
        );
        assert!(
            added + 20 > case.ceiling,
            "{} adds {added} tokens only: lower its ceiling",
            case.name
        );
    }
}

/// An editor expands what is half typed, so no part of an input may make a macro panic.
#[test]
fn no_beginning_of_an_input_panics() {
    for case in CASES {
        for args in beginnings(case.args) {
            case.expand_with(args, case.item.parse().unwrap());
        }
        for item in beginnings(case.item) {
            case.expand_with(case.args.parse().unwrap(), item);
        }
    }
}

fn beginnings(source: &str) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
    (0..tokens.len())
        .map(|end| tokens[..end].iter().cloned().collect())
        .collect()
}
