//! Suites may stand in the library, too.

#[cfg(test)]
mod tests {
    use async_test_suite::prelude::*;

    #[suite]
    async fn stands_in_the_library() {
        pass!();
    }
}
