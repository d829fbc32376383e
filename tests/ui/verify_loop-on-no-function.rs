use async_test_suite::verify_loop;

#[verify_loop]
struct List;

#[verify_loop]
static LIST: u8 = 3;

fn main() {}
