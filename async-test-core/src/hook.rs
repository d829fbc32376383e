//! What a bundle is: code of anybody's that sees events before they are judged.

use crate::claim::Claim;
use crate::event::{Event, Payload};
use crate::record::SuiteInfo;

/// An extension of the hub. Register a type with `register_bundle!(Type)`; one value of it is made for the process.
///
/// Every hook is called on the hub's thread, in the order of the events, so it must be short and must not wait for a
/// suite. Bundles are asked by ascending [`priority`](Bundle::priority), then by name. A hook that panics or that takes
/// longer than five seconds fails the run under the bundle's name; after a panic the bundle is not called any more.
/// Events of one's own are sent with `Suite::post_event`: they come next, before anything
/// that waits in the queue.
///
/// The hooks are those of the bundles of `Test::Async`.
pub trait Bundle: Send {
    /// What the bundle is called in messages. Default: the name of its type.
    fn name(&self) -> &str {
        std::any::type_name::<Self>()
    }

    /// Lower ones are asked first. Default: 0.
    fn priority(&self) -> i32 {
        0
    }

    /// A key of a plan that nothing built in knows; `true` takes it. A key that no bundle takes becomes a warning.
    fn plan_key(&mut self, suite: &SuiteInfo, key: &str, value: &str) -> bool {
        let _ = (suite, key, value);
        false
    }

    /// A check on its way to be judged; it may be changed, and `false` drops it.
    fn filter_test(&mut self, suite: &SuiteInfo, claim: &mut Claim) -> bool {
        let _ = (suite, claim);
        true
    }

    /// An event on its way to be judged: what is returned takes its place. None drops it, several take its place in
    /// their order. Default: the event itself.
    ///
    /// The end of a suite and the answers that somebody waits for are not shown here, since losing them would hang the
    /// run.
    fn filter_event(&mut self, event: Event) -> Vec<Event> {
        vec![event]
    }

    /// An event that passed all filters, just before it is judged. Its number is one more than that of the event that
    /// was shown before it, whatever the origins are; a filter still sees 0.
    fn on_event(&mut self, event: &Event) {
        let _ = event;
    }

    /// A command sent with `Suite::send_command`; `true` says that it was handled.
    fn on_command(&mut self, suite: &SuiteInfo, name: &str, payload: &Payload) -> bool {
        let _ = (suite, name, payload);
        false
    }
}
