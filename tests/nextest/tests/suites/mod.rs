//! The suites of both entry points, and the same as `#[tokio::test]`s.
//! What is to fail does so only where a variable asks for it, for the first thing that a stranger runs should pass.

use async_test_suite::prelude::*;

#[suite]
async fn passes() {
    pass!();
}

#[suite(when = env("SCRATCH_FAILS"))]
async fn fails() {
    is!(1 + 1, 3, "arithmetic");
}

#[suite(when = env("SCRATCH_FAILS"))]
async fn fails_inside() {
    subtest!("holds", { pass!("all is well") });
    subtest!("inner", { flunk!("deep down") });
}

#[suite(when = env("SCRATCH_FAILS"))]
async fn panics() {
    panic!("at the disco");
}

#[suite]
#[ignore = "too slow"]
async fn ignored() {
    pass!();
}

#[suite]
#[should_panic(expected = "right")]
async fn panics_rightly() {
    panic!("the right words");
}

#[suite(name = "a title with blanks, and more")]
async fn has_a_title() {
    pass!();
}

mod deep {
    pub mod down {
        use async_test_suite::prelude::*;

        #[suite]
        async fn nested() {
            pass!();
        }
    }
}

/// Fails at the first attempt of nextest.
#[suite(when = env("SCRATCH_FLAKY"))]
async fn flaky() {
    isnt!(std::env::var("NEXTEST_ATTEMPT").as_deref(), Ok("1"), "the attempt");
}

/// Makes a file that must not be there, and removes it again.
async fn alone() -> std::io::Result<()> {
    let Some(folder) = std::env::var_os("SCRATCH_FOLDER") else {
        return Ok(());
    };
    let file = std::path::Path::new(&folder).join("exclusive");
    std::fs::File::create_new(&file)?;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    std::fs::remove_file(&file)
}

#[suite]
async fn exclusive_one() -> std::io::Result<()> {
    alone().await
}

#[suite]
async fn exclusive_two() -> std::io::Result<()> {
    alone().await
}

#[suite]
async fn exclusive_three() -> std::io::Result<()> {
    alone().await
}

/// Leaves a file behind when its clean-up runs.
#[suite(when = env("SCRATCH_HANGS"))]
async fn hangs(t: Suite) {
    t.on_finish(async {
        let folder = std::env::var_os("SCRATCH_FOLDER").expect("the test sets it");
        let file = std::path::Path::new(&folder).join(format!("cleaned-up-{}", env!("CARGO_CRATE_NAME")));
        std::fs::write(file, "").expect("the file can be written");
    });
    std::future::pending::<()>().await;
}
