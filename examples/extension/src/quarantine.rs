//! A plan key, a command and an event filter in one bundle.
//!
//! The key `owner` says whom a suite belongs to. The command `quarantine` names checks that are known to fail now and
//! then; the filter turns their failures into skips, with a comment that says so.

use std::collections::HashMap;
use std::sync::Mutex;

use async_test_suite::claim::Raw;
use async_test_suite::error::Error;
use async_test_suite::event::{Event, EventKind, Payload};
use async_test_suite::ids::{EventId, SuiteId};
use async_test_suite::prelude::*;
use async_test_suite::record::SuiteInfo;
use async_test_suite::{Bundle, register_bundle};

/// Takes failures of the checks with this message for skips, from here to the end of the run.
///
/// # Errors
///
/// When the bundle has died and nobody hears it any more.
pub fn quarantine(message: &str, why: &str) -> Result<(), Error> {
    Suite::current().send_command("quarantine", (message.to_owned(), why.to_owned()))
}

/// Whom a suite belongs to, for reports.
pub(crate) fn owner(suite: &SuiteInfo) -> Option<String> {
    OWNERS.lock().unwrap().as_ref()?.get(&suite.id).cloned()
}

static OWNERS: Mutex<Option<HashMap<SuiteId, String>>> = Mutex::new(None);

/// One for each run: nothing of it is shared between runs but the owners, which are for the report.
#[derive(Default)]
struct Quarantine {
    /// Why a check is in quarantine, by its message.
    reasons: HashMap<String, String>,
}

register_bundle!(Quarantine);

impl Bundle for Quarantine {
    fn plan_key(&mut self, suite: &SuiteInfo, key: &str, value: &str) -> bool {
        if key != "owner" {
            return false;
        }
        let mut owners = OWNERS.lock().unwrap();
        owners.get_or_insert_default().insert(suite.id, value.to_owned());
        true
    }

    fn on_command(&mut self, _: &SuiteInfo, name: &str, payload: &Payload) -> bool {
        let Some((message, why)) = payload.0.downcast_ref::<(String, String)>() else {
            return false;
        };
        if name != "quarantine" {
            return false;
        }
        self.reasons.insert(message.clone(), why.clone());
        true
    }

    fn filter_event(&mut self, mut event: Event) -> Vec<Event> {
        let EventKind::Test(claim) = &mut event.kind else {
            return vec![event];
        };
        let Some(why) = self.reasons.get(&*claim.label).filter(|_| claim.raw == Raw::Fail) else {
            return vec![event];
        };
        claim.raw = Raw::Skip(format!("in quarantine: {why}").into());
        let comment = Event {
            origin: event.origin,
            // Whatever number is given, the event gets its own behind the filters.
            id: EventId(0),
            time: event.time,
            kind: EventKind::Diag(format!("`{}` failed at {} and is in quarantine", claim.label, claim.at).into()),
        };
        vec![event, comment]
    }
}
