#[allow(dead_code, reason = "stands in for an item with errors")]
fn look() -> Option<()> {
    let _ = async {
        #[allow(
            unreachable_code,
            clippy::diverging_sub_expression,
            reason = "this only names a type"
        )]
        if false {
            let __value: Option<()> = ::core::unreachable!();
            return __value;
        }
        {
            subtest!("a", {});
        }
    };
    ::core::unreachable!()
}
::core::compile_error! {
    "`#[test_tool]` has no key `ancor`: did you mean `anchor`? its keys are `skippable`, `readify`, `anchor`, `crate`"
}
::core::compile_error! {
    "`subtest!` awaits, so it needs an async test tool: make `look` an `async fn`"
}
::core::compile_error! {
    "a test tool is a check: it returns `bool`, which says whether it held, or nothing"
}
