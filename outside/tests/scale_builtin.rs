// Many suites, and many subtests of one: what has to stay cheap.

use async_test_suite::prelude::*;

/// Ten modules of the tokens behind it: three of them inside one another, and a suite, are a thousand suites.
macro_rules! ten {
    ($($inner:tt)*) => {
        mod n0 { $($inner)* }
        mod n1 { $($inner)* }
        mod n2 { $($inner)* }
        mod n3 { $($inner)* }
        mod n4 { $($inner)* }
        mod n5 { $($inner)* }
        mod n6 { $($inner)* }
        mod n7 { $($inner)* }
        mod n8 { $($inner)* }
        mod n9 { $($inner)* }
    };
}

mod thousand {
    ten! {
        ten! {
            ten! {
                use async_test_suite::prelude::*;

                #[suite]
                async fn trivial() {
                    ok!(true);
                }
            }
        }
    }
}

#[suite(plan = 1000, parallel)]
async fn wide() {
    for n in 0..1000 {
        subtest!("child {n}", {
            ok!(n < 1000, "{n} is below 1,000");
        });
    }
}
