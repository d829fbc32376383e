use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop]
async fn borrowed(list: &[u8]) -> bool {
    list.is_empty()
}

struct List;

impl List {
    #[verify_loop]
    async fn changes(&mut self) -> bool {
        true
    }

    #[verify_loop]
    async fn counted(self: &Arc<Self>) -> bool {
        true
    }
}

fn main() {}
