//! The doors through which a suite of a tree is made.

use std::sync::Arc;

use async_test_suite::prelude::*;
use async_test_suite::{Invoke, Subtest};

use super::drive::{Shared, body, note, plan};
use super::tree::{Door, Node};

pub async fn start(child: &Arc<Node>, t: &Suite, world: &Shared) -> Option<Subtest> {
    let start = child.start;
    let invoke = Invoke {
        spawned: start.spawned,
        instant: start.instant,
        hidden: start.hidden,
    };
    let (node, seen) = (child.clone(), world.clone());
    match start.door {
        Door::Method => {
            let inner = move |t| async move {
                let _ = body(node, t, seen).await;
            };
            Some(t.subtest(&child.name, plan(child.plan), invoke, inner).await)
        }
        Door::Macro => Some(by_macro(child, node, seen).await),
        Door::Invoked | Door::Run | Door::Dropped => {
            let inner = move |t| async move {
                let _ = body(node, t, seen).await;
            };
            let new = t.create_suite(&child.name, plan(child.plan), inner);
            match start.door {
                Door::Invoked => Some(t.invoke_suite(new, invoke).await),
                Door::Run => {
                    note(child, new.run().await, world);
                    None
                }
                _ => None,
            }
        }
    }
}

async fn by_macro(child: &Node, node: Arc<Node>, seen: Shared) -> Subtest {
    let start = child.start;
    match (start.spawned, start.instant, start.hidden) {
        (false, false, false) => subtest!(&child.name, async |t| {
            body(node, t, seen).await?;
        }),
        (false, false, true) => subtest!(&child.name, hidden, async |t| {
            body(node, t, seen).await?;
        }),
        (true, _, false) => subtest!(&child.name, spawned, async |t| {
            body(node, t, seen).await?;
        }),
        (true, _, true) => subtest!(&child.name, spawned, hidden, async |t| {
            body(node, t, seen).await?;
        }),
        (false, true, hidden) => {
            // It borrows.
            let mut began = false;
            let subtest = match hidden {
                false => subtest!(&child.name, instant, async |t| {
                    began = true;
                    body(node, t, seen).await?;
                }),
                true => subtest!(&child.name, instant, hidden, async |t| {
                    began = true;
                    body(node, t, seen).await?;
                }),
            };
            let _ = began;
            subtest
        }
    }
}
