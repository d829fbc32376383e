use async_test_suite::verify_loop;

#[verify_loop]
const fn constant() -> bool {
    true
}

#[verify_loop]
async unsafe fn dangerous() -> bool {
    true
}

fn main() {}
