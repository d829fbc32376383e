//! A condition for `when = …`.

use async_test_suite::plan::Condition;

/// Met where the variable `BROKER_URL` names a broker on this machine.
#[derive(Debug)]
pub struct BrokerIsUp;

/// For `when = team_tools::BROKER_IS_UP`.
pub static BROKER_IS_UP: BrokerIsUp = BrokerIsUp;

impl Condition for BrokerIsUp {
    fn is_met(&self) -> bool {
        std::env::var("BROKER_URL").is_ok_and(|url| url.starts_with("tcp://127.0.0.1:"))
    }

    fn describe(&self) -> String {
        "a broker at $BROKER_URL".to_owned()
    }
}
