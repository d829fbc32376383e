use async_test_suite::verify_loop;

struct Once;

#[verify_loop]
async fn kept(once: Once) -> bool {
    let _ = once;
    true
}

fn main() {}
