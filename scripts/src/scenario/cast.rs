//! Who takes part.

use alloy::{primitives::keccak256, signers::local::PrivateKeySigner};
use eyre::Result;

/// One holder's part.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// What the tables call it.
    pub name: &'static str,
    /// What it does.
    pub life: &'static str,
}

/// The place of a holder in [`HOLDERS`].
pub type Who = usize;

/// All holders.
pub const HOLDERS: [Holder; 17] = [
    Holder { name: "anchor", life: "locks for half a year and claims once, at the end" },
    Holder {
        name: "quarter",
        life: "locks for twelve weeks and claims monthly; leaves early with some of it where possible",
    },
    Holder {
        name: "month",
        life: "locks for four weeks, lets the lock expire, is back six weeks later",
    },
    Holder {
        name: "fortnight",
        life: "locks for two weeks at the last second of a week, again and again",
    },
    Holder { name: "steady", life: "never locks, claims once" },
    Holder { name: "weekly", life: "never locks, claims every week but the quiet ones" },
    Holder { name: "whale", life: "largest stake; leaves in week 6 and claims to another account" },
    Holder { name: "whole", life: "locks one stake for six weeks" },
    Holder { name: "half-one", life: "one half of what `whole` has, in the same second" },
    Holder { name: "half-two", life: "the other half" },
    Holder { name: "giver", life: "gives half of the shares away in week 6, the rest in week 9" },
    Holder { name: "heir", life: "never stakes: gets shares by transfer, locks some of them" },
    Holder {
        name: "returner",
        life: "leaves in week 5 when the lock has ended, is back in week 9",
    },
    Holder { name: "late", life: "joins at the first second of week 5 and locks for eight weeks" },
    Holder { name: "newcomer", life: "joins in week 8, locks half of it five days later" },
    Holder {
        name: "sprinter",
        life: "stakes a second before a large push, leaves twelve seconds after",
    },
    Holder { name: "crumb", life: "stakes the smallest unit there is" },
];

/// The place of the holder called `name`.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn who(name: &str) -> Who {
    HOLDERS.iter().position(|holder| holder.name == name).expect("a name of the cast")
}

/// The keys of everybody who takes part.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Deploys, owns and pays revenue in.
    pub operator: PrivateKeySigner,
    /// May pause entering.
    pub guardian: PrivateKeySigner,
    /// In the order of [`HOLDERS`].
    pub holders: Vec<PrivateKeySigner>,
}

impl Cast {
    /// The cast of the demo: keys anyone can derive, worth nothing anywhere else.
    ///
    /// # Errors
    /// Never in practice: a hash that is no key.
    pub fn derive(operator: PrivateKeySigner) -> Result<Self> {
        let holders = HOLDERS.iter().map(|holder| key_of(holder.name)).collect::<Result<_>>()?;
        Ok(Self { operator, guardian: key_of("guardian")?, holders })
    }

    /// Everybody but the operator.
    pub fn supporting(&self) -> impl Iterator<Item = &PrivateKeySigner> {
        std::iter::once(&self.guardian).chain(&self.holders)
    }
}

/// The key of a part in the demo.
///
/// # Errors
/// Never in practice: a hash that is no key.
pub fn key_of(part: &str) -> Result<PrivateKeySigner> {
    Ok(PrivateKeySigner::from_bytes(&keccak256(format!("tributary demo: {part}")))?)
}
