async fn body() {
    let value = other::Verifier::from_spec(
        other::__rt::VerifySpec {
            name: "n",
            mode: other::__rt::Mode::Never,
            ..other::__rt::VerifySpec::BASE
        },
        { move || { async move { is_split(3) } } },
    );
}
