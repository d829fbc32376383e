#[path = "trees/mod.rs"]
mod trees;
#[test]
fn dump() {
    let seed = trees::farm::variable("TREES_SEED").unwrap();
    let tree = std::sync::Arc::new(trees::generate::tree(seed));
    println!("{tree}");
    let (run, _) = trees::drive::run(&tree, trees::drive::Flavor::MultiThread);
    for r in run.records() {
        let s = format!("{r:?}");
        println!("{}", &s[..s.len().min(300)]);
    }
}
