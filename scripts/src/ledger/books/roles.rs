//! Who may decide, on the vault and on the splitter alike.

use alloy::primitives::Address;

use crate::ledger::difference::Notes;

/// The roles of one contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Decides.
    pub owner: Address,
    /// Is offered to decide, or zero.
    pub pending_owner: Address,
    /// May pause, or zero.
    pub guardian: Address,
    /// Whether entering is paused.
    pub is_paused: bool,
}

impl Roles {
    pub(crate) fn offered(&mut self, of: &str, from: Address, to: Address, notes: &mut Notes<'_>) {
        notes.same(self.owner, from, || format!("{of}, owner before"));
        self.pending_owner = to;
    }

    pub(crate) fn transferred(
        &mut self,
        of: &str,
        from: Address,
        to: Address,
        notes: &mut Notes<'_>,
    ) {
        notes.same(self.owner, from, || format!("{of}, owner before"));
        if !from.is_zero() {
            notes.same(self.pending_owner, to, || format!("{of}, owner to be"));
        }
        (self.owner, self.pending_owner) = (to, Address::ZERO);
    }

    pub(crate) fn guarded(&mut self, of: &str, from: Address, to: Address, notes: &mut Notes<'_>) {
        notes.same(self.guardian, from, || format!("{of}, guardian before"));
        self.guardian = to;
    }

    pub(crate) fn paused(&mut self, of: &str, paused: bool, notes: &mut Notes<'_>) {
        notes.same(!paused, self.is_paused, || format!("{of}, paused before"));
        self.is_paused = paused;
    }
}
