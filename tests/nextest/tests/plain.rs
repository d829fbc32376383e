//! What the suites would be without this library.

mod suites {
    use std::env::var_os;

    #[tokio::test]
    async fn passes() {}

    #[tokio::test]
    async fn fails() {
        assert!(var_os("SCRATCH_FAILS").is_none());
    }

    #[tokio::test]
    async fn fails_inside() {
        assert!(var_os("SCRATCH_FAILS").is_none());
    }

    #[tokio::test]
    async fn panics() {
        assert!(var_os("SCRATCH_FAILS").is_none(), "at the disco");
    }

    #[tokio::test]
    #[ignore = "too slow"]
    async fn ignored() {}

    #[tokio::test]
    #[should_panic(expected = "right")]
    async fn panics_rightly() {
        panic!("the right words");
    }

    #[tokio::test]
    async fn has_a_title() {}

    mod deep {
        mod down {
            #[tokio::test]
            async fn nested() {}
        }
    }

    #[tokio::test]
    async fn flaky() {}

    #[tokio::test]
    async fn exclusive_one() {}

    #[tokio::test]
    async fn exclusive_two() {}

    #[tokio::test]
    async fn exclusive_three() {}

    #[tokio::test]
    async fn hangs() {}
}
