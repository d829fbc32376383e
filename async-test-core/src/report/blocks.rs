//! The text of every open suite, kept until its block is complete, so that suites that run side by side do not mix.

use crate::ids::{BySuite, SuiteId};
use crate::record::SuiteInfo;

/// One buffer for the root and one for each open suite, with what else a format wants to remember of it.
pub(super) struct Blocks<S> {
    root: Block<S>,
    open: BySuite<Block<S>>,
}

/// What has been rendered of one suite.
#[derive(Default)]
pub(super) struct Block<S> {
    pub(super) parent: Option<SuiteId>,
    /// How many blocks it is inside of: 0 for the root.
    pub(super) depth: usize,
    pub(super) text: String,
    pub(super) state: S,
}

impl<S: Default> Blocks<S> {
    pub(super) fn new() -> Blocks<S> {
        Blocks {
            root: Block::default(),
            open: BySuite::default(),
        }
    }

    pub(super) fn root(&mut self) -> &mut Block<S> {
        &mut self.root
    }

    /// The block of a suite that has begun; a second call changes nothing.
    pub(super) fn open(&mut self, suite: &SuiteInfo) -> &mut Block<S> {
        if suite.id == SuiteId::ROOT {
            return &mut self.root;
        }
        if !self.open.contains(suite.id) {
            let block = self.new_block(suite);
            self.open.insert(suite.id, block);
        }
        self.by_id(suite.id)
    }

    fn new_block(&self, suite: &SuiteInfo) -> Block<S> {
        let above = match suite.parent {
            Some(parent) => self.open.get(parent),
            None => None,
        };
        Block {
            parent: suite.parent,
            depth: 1 + match above {
                Some(block) => block.depth,
                None => 0,
            },
            text: String::new(),
            state: S::default(),
        }
    }

    /// The block for the lines of a suite; those of a suite that has left go to its parent, or else to the root.
    pub(super) fn of(&mut self, suite: &SuiteInfo) -> &mut Block<S> {
        let parent = suite.parent.unwrap_or(SuiteId::ROOT);
        match self.open.get_either_mut(suite.id, parent) {
            Some(block) => block,
            None => &mut self.root,
        }
    }

    pub(super) fn by_id(&mut self, id: SuiteId) -> &mut Block<S> {
        match self.open.get_mut(id) {
            Some(block) => block,
            None => &mut self.root,
        }
    }

    /// Takes the block out; an empty one for a suite that never began.
    pub(super) fn close(&mut self, suite: &SuiteInfo) -> Block<S> {
        match self.open.remove(suite.id) {
            Some(block) => block,
            None if suite.id == SuiteId::ROOT => Block::default(),
            None => self.new_block(suite),
        }
    }

    /// A suite and the open ones around it, outermost first, without the root.
    pub(super) fn around(&self, suite: &SuiteInfo) -> Vec<SuiteId> {
        let mut ids = Vec::new();
        let mut next = Some(suite.id);
        while let Some(id) = next {
            let Some(block) = self.open.get(id) else { break };
            ids.push(id);
            next = block.parent;
        }
        ids.reverse();
        ids
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::script::suite;

    #[test]
    fn a_suite_is_one_deeper_than_the_one_around_it() {
        let (outer, inner) = (suite(1, 0, "outer"), suite(2, 1, "inner"));
        let mut blocks: Blocks<()> = Blocks::new();
        blocks.open(&outer).text.push('o');
        assert_eq!(blocks.open(&inner).depth, 2);
        assert_eq!(blocks.around(&inner), [outer.id, inner.id]);
        blocks.of(&inner).text.push('i');
        assert_eq!(blocks.close(&inner).text, "i");
        blocks.of(&inner).text.push_str(" late");
        assert_eq!(blocks.close(&outer).text, "o late");
        blocks.of(&inner).text.push_str("later");
        assert_eq!(blocks.root().text, "later");
        assert_eq!(blocks.kept(), 0);
    }

    #[test]
    fn the_root_is_never_closed() {
        let mut blocks: Blocks<()> = Blocks::new();
        let mut root = std::sync::Arc::into_inner(suite(0, 0, "")).unwrap();
        root.parent = None;
        blocks.open(&root).text.push('x');
        assert_eq!(blocks.close(&root).text, "");
        assert_eq!(blocks.root().text, "x");
    }
}
