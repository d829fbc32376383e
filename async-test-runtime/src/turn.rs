//! The end of the runtime's queue.

use std::future::poll_fn;
use std::task::Poll;

/// Lets all others that are ready have a turn. Cancel safe.
///
/// `tokio::task::yield_now` is something else: it comes back when the thread has looked for timers and sockets, however
/// long the queue is, and it waits for what the same thread runs next, which may block it.
pub(crate) async fn give_way() {
    let mut has_given = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
