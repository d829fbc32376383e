async fn body() {
    let value = other::__rt::plan(other::Plan::new().tests(5).parallel().todo("why"));
}
