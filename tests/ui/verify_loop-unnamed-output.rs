use async_test_suite::verify_loop;

#[verify_loop]
async fn opaque() -> impl Sized {}

#[verify_loop]
async fn endless() -> ! {
    loop {}
}

fn main() {}
