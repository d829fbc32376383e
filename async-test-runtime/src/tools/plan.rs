//! `plan!`: what the current suite is told about itself by its own body.

use crate::plan::Plan;
use crate::suite::Suite;

#[doc(hidden)]
#[track_caller]
pub fn plan(plan: Plan) {
    // A plan that comes too late has failed the suite already.
    let _ = Suite::current_for("plan!").plan(plan);
}
