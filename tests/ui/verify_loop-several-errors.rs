use async_test_suite::verify_loop;

#[verify_loop(evry = "5ms", history = 0)]
async fn looks(list: &[u8]) -> bool {
    let number: u8 = "the body is still checked";
    list.is_empty()
}

fn main() {}
