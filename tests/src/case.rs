//! One test: a name that is a sentence, and what it needs.

use std::{future::Future, pin::Pin, sync::Arc};

use eyre::{Report, Result};
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use tokio::runtime::Handle;

use crate::{Lab, World};

/// What a test does with its world.
type Play = fn(World) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    name: &'static str,
    act: Act,
    moves_time: bool,
    needs_our_node: bool,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    /// On a node.
    Play(Play),
    /// Without one.
    Check(fn(&Lab) -> Result<()>),
}

impl Case {
    /// A test that plays in a world of its own.
    #[must_use]
    pub const fn play(name: &'static str, play: Play) -> Self {
        Self { name, act: Act::Play(play), moves_time: false, needs_our_node: false }
    }

    /// A test that needs no node.
    #[must_use]
    pub const fn check(name: &'static str, check: fn(&Lab) -> Result<()>) -> Self {
        Self { name, act: Act::Check(check), moves_time: false, needs_our_node: false }
    }

    /// Needs a node whose clock can be moved.
    #[must_use]
    pub const fn moving_time(mut self) -> Self {
        self.moves_time = true;
        self
    }

    /// Needs this workspace's own node, where accounts and prices are the same every time.
    #[must_use]
    pub const fn on_our_node(mut self) -> Self {
        self.needs_our_node = true;
        self
    }

    /// Why it cannot run in `lab`, if it cannot.
    fn hindrance(&self, lab: &Lab) -> Option<&'static str> {
        if self.moves_time && !lab.moves_time() {
            return Some("the node cannot move its clock");
        }
        if self.needs_our_node && !lab.is_ours() {
            return Some("its figures hold on this workspace's own node only");
        }
        None
    }

    fn trial(self, lab: Arc<Lab>, runtime: Handle) -> Trial {
        // `crate::vault::locks::a_sentence` without the crate, which is always the same.
        let name = self.name.split_once("::").map_or(self.name, |(_, path)| path);
        Trial::ignorable_test(name, move || {
            if let Some(reason) = self.hindrance(&lab) {
                return Ok(Completion::ignored_with(reason));
            }
            let result = match self.act {
                Act::Check(check) => check(&lab),
                Act::Play(play) => runtime.block_on(async {
                    // A test's thread is no worker: whatever blocks here holds nobody up.
                    play(World::build(&lab, name).await?).await
                }),
            };
            result
                .map(|()| Completion::Completed)
                .map_err(|error: Report| Failed::from(format!("{error:#}")))
        })
    }
}

/// Runs `cases` in `lab` as the command line says. On a node that is not ours, one after the other:
/// they share its clock and the account that pays.
pub fn run(cases: Vec<Case>, lab: Lab, runtime: &Handle) -> Conclusion {
    let mut arguments = Arguments::from_args();
    if !lab.is_ours() {
        arguments.test_threads = Some(1);
    }
    let lab = Arc::new(lab);
    let trials = cases.into_iter().map(|case| case.trial(lab.clone(), runtime.clone())).collect();
    libtest_mimic::run(&arguments, trials)
}
