/// Waits.
#[track_caller]
fn drains<T: Log>(
    log: &T,
    mut tries: u8,
    _turn: Turn,
) -> impl ::core::future::Future<Output = bool> {
    static __TOOL: other::__rt::ToolSpec = other::__rt::ToolSpec {
        name: "drains",
        skippable: false,
        readify: false,
        anchor: true,
        ..other::__rt::ToolSpec::BASE
    };
    other::__rt::tool_async(
        &__TOOL,
        async move {
            #[allow(
                clippy::used_underscore_binding,
                reason = "moves them into the future"
            )]
            let _ = (&_turn,);
            #[allow(
                unreachable_code,
                clippy::diverging_sub_expression,
                reason = "this only names a type"
            )]
            if false {
                let __value: bool = ::core::unreachable!();
                return __value;
            }
            { ok!(log.drain(). await) }
        },
    )
}
