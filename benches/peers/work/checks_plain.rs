use std::hint::black_box;

fn number(name: &str) -> u64 {
    std::env::var(name).expect(name).parse().expect("a number")
}

#[tokio::test]
async fn one() {
    for n in 0..number("PEERS_SIZE") {
        assert_eq!(black_box(n), n, "equal");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many() {
    let tasks = number("PEERS_TASKS");
    let each = number("PEERS_SIZE") / tasks;
    let mut running = Vec::new();
    for _ in 0..tasks {
        running.push(tokio::spawn(async move {
            for n in 0..each {
                assert_eq!(black_box(n), n, "equal");
            }
        }));
    }
    for one in running {
        one.await.unwrap();
    }
}
