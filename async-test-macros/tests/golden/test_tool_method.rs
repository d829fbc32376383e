impl Look {
    #[cfg(unix)]
    #[track_caller]
    fn look(&self) {
        static __TOOL: ::async_test_suite::__rt::ToolSpec = ::async_test_suite::__rt::ToolSpec {
            name: "look",
            ..::async_test_suite::__rt::ToolSpec::BASE
        };
        ::async_test_suite::__rt::tool(
            &__TOOL,
            || -> () {
                ok!(self.a);
            },
        )
    }
}
