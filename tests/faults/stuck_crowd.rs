//! Suites under `main!` that hold what others wait for, and do not come back.

use async_test_suite::prelude::*;

fn block() {
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

mod group {
    use super::*;

    #[suite(serial = "stuck")]
    #[ignore = "run by the tests"]
    async fn a_sleeps() {
        block();
    }

    #[suite(serial = "stuck", flavor = "current_thread")]
    #[ignore = "run by the tests"]
    async fn b_sleeps_on_its_own_runtime() {
        block();
    }

    #[suite(serial = "stuck")]
    #[ignore = "run by the tests"]
    async fn c_is_innocent() {
        ok!(true);
    }
}

/// More than there are threads, for suites that need one of their own and for those that share them.
macro_rules! crowds {
    ($($name:ident)*) => {
        mod own_runtime {
            use super::*;
            $(
                #[suite(flavor = "current_thread")]
                #[ignore = "run by the tests"]
                async fn $name() {
                    block();
                }
            )*
        }

        mod not_send {
            use super::*;
            $(
                #[suite]
                #[ignore = "run by the tests"]
                async fn $name() {
                    let kept = std::rc::Rc::new(());
                    block();
                    tokio::task::yield_now().await;
                    drop(kept);
                }
            )*
        }

        mod shared_runtime {
            use super::*;
            $(
                #[suite]
                #[ignore = "run by the tests"]
                async fn $name() {
                    block();
                }
            )*
        }
    };
}

crowds!(
    n00 n01 n02 n03 n04 n05 n06 n07 n08 n09 n10 n11 n12 n13 n14 n15 n16 n17 n18 n19 n20 n21 n22 n23 n24 n25 n26 n27 n28
    n29 n30 n31 n32 n33 n34 n35 n36 n37 n38 n39 n40 n41 n42 n43 n44 n45 n46 n47 n48 n49 n50 n51 n52 n53 n54 n55 n56 n57
    n58 n59 n60 n61 n62 n63 n64 n65
);
