//! Who may do what.

use alloy::primitives::Address;
use eyre::Result;
use serde::Serialize;

use crate::{abi::IVault, session::Site};

/// The roles of one contract.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleLine {
    contract: &'static str,
    owner: Address,
    /// To whom ownership is offered; zero for nobody.
    pending_owner: Address,
    guardian: Address,
    paused: bool,
}

/// Reads them from the vault and the splitter, which have the same roles.
pub(super) async fn read(site: &Site) -> Result<Vec<RoleLine>> {
    let mut lines = Vec::new();
    for contract in ["vault", "splitter"] {
        let roles = IVault::new(site.book.address(contract)?, site.chain.provider());
        lines.push(RoleLine {
            contract,
            owner: roles.owner().call().await?,
            pending_owner: roles.pendingOwner().call().await?,
            guardian: roles.guardian().call().await?,
            paused: roles.paused().call().await?,
        });
    }
    Ok(lines)
}

impl RoleLine {
    pub(super) fn finding(&self) -> Option<String> {
        let contract = self.contract;
        self.paused
            .then(|| format!("the {contract} is paused; `tributary unpause --of {contract}`"))
    }

    pub(super) fn cells(&self) -> [String; 5] {
        let shown = |account: Address| {
            if account.is_zero() { "nobody".to_owned() } else { account.to_string() }
        };
        [
            self.contract.to_owned(),
            shown(self.owner),
            shown(self.pending_owner),
            shown(self.guardian),
            if self.paused { "PAUSED" } else { "open" }.to_owned(),
        ]
    }
}
