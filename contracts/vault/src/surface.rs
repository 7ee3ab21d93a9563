//! The vault's functions, as `abi/IVault.sol` declares them: one line each.

use alloc::vec::Vec;
use alloy_primitives::FixedBytes;
use components::{
    Approval, Revert, Signature, SolCall,
    abi::{Args, Out, text, word},
    routes,
};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Vault,
    lock::lock_weeks,
    storage::{ALLOWANCES, Config, NAME, PERMITS, ROLES, SYMBOL},
};

routes! { IVault for Vault, |vault, args| {
    // The share.
    nameCall => text(&NAME.get(vault.vm())),
    symbolCall => text(&SYMBOL.get(vault.vm())),
    decimalsCall => word(Config::get(vault.vm()).decimals),
    totalSupplyCall => word(vault.stored_pool().supply),
    balanceOfCall => word(vault.position(args.address(0)).balance),
    allowanceCall => word(ALLOWANCES.get(vault.vm(), args.address(0), args.address(1))),
    approveCall => {
        let owner = vault.vm().msg_sender();
        ALLOWANCES.approve(vault.vm(), owner, args.address(0), args.uint(1))?;
        word(true)
    },
    transferCall => {
        vault.move_shares(vault.vm().msg_sender(), args.address(0), args.uint(1))?;
        word(true)
    },
    transferFromCall => {
        let (from, to, value) = (args.address(0), args.address(1), args.uint(2));
        ALLOWANCES.spend(vault.vm(), from, vault.vm().msg_sender(), value)?;
        vault.move_shares(from, to, value)?;
        word(true)
    },
    permitCall => {
        let approval = Approval {
            owner: args.address(0),
            spender: args.address(1),
            value: args.uint(2),
            deadline: args.uint(3),
        };
        let name = NAME.get(vault.vm());
        PERMITS.permit(vault.vm(), ALLOWANCES, &name, approval, signature(args, 4))?;
        Vec::new()
    },
    noncesCall => word(PERMITS.nonce(vault.vm(), args.address(0))),
    DOMAIN_SEPARATORCall => word(components::domain_separator(vault.vm(), &NAME.get(vault.vm()))),
    eip712DomainCall => components::eip712_domain(vault.vm(), &NAME.get(vault.vm())),

    // In and out, one share for one asset.
    assetCall => word(Config::get(vault.vm()).asset),
    totalAssetsCall => word(vault.stored_pool().supply),
    convertToSharesCall => word(args.uint(0)),
    convertToAssetsCall => word(args.uint(0)),
    previewDepositCall => word(args.uint(0)),
    previewMintCall => word(args.uint(0)),
    previewWithdrawCall => word(args.uint(0)),
    previewRedeemCall => word(args.uint(0)),
    maxDepositCall => word(vault.max_entry(args.address(0))),
    maxMintCall => word(vault.max_entry(args.address(0))),
    maxWithdrawCall => word(vault.unlocked_balance(args.address(0))),
    maxRedeemCall => word(vault.unlocked_balance(args.address(0))),
    depositCall => { vault.enter(args.uint(0), args.address(1))?; word(args.uint(0)) },
    mintCall => { vault.enter(args.uint(0), args.address(1))?; word(args.uint(0)) },
    depositWithPermitCall => {
        vault.permit_assets(args.uint(0), args.uint(2), signature(args, 3));
        vault.enter(args.uint(0), args.address(1))?;
        word(args.uint(0))
    },
    withdrawCall => {
        vault.leave(args.uint(0), args.address(1), args.address(2))?;
        word(args.uint(0))
    },
    redeemCall => {
        vault.leave(args.uint(0), args.address(1), args.address(2))?;
        word(args.uint(0))
    },

    // Locks.
    lockCall => word(vault.lock_shares(args.uint(0), lock_weeks(args.uint(1))?)?),
    depositAndLockCall => {
        let (assets, weeks) = (args.uint(0), lock_weeks(args.uint(1))?);
        word(vault.enter_and_lock(assets, weeks)?)
    },
    depositAndLockWithPermitCall => {
        let (assets, weeks) = (args.uint(0), lock_weeks(args.uint(1))?);
        vault.permit_assets(assets, args.uint(2), signature(args, 3));
        word(vault.enter_and_lock(assets, weeks)?)
    },
    lockStandingCall => word(vault.lock_standing(args.uint(0), lock_weeks(args.uint(1))?)?),
    unwindCall => word(vault.unwind(args.uint(0))?),
    extendLockCall => {
        word(vault.extend_lock(args.uint(0), args.uint(1), lock_weeks(args.uint(2))?)?)
    },
    exitEarlyCall => word(vault.exit_early(args.uint(0), args.uint(1), args.uint(2))?),
    previewExitEarlyCall => word(vault.preview_exit(args.uint(0), args.uint(1))?),
    penaltyCurveCall => vault.encoded_penalty_curve(),
    standingOfCall => vault.encoded_standing(args.address(0)),
    previewLockCall => vault.encoded_lock_preview(args.uint(0), args.uint(1))?,
    unlockedBalanceOfCall => word(vault.unlocked_balance(args.address(0))),
    locksOfCall => vault.encoded_locks(args.address(0)),
    multiplierCall => word(vault.multiplier(args.uint(0))?),
    curveCall => vault.encoded_curve(),
    weightOfCall => word(vault.weight(args.address(0))),
    totalWeightCall => word(vault.foresee(0).0.weight()),

    // Revenue.
    notifyRevenueCall => word(vault.notify(args.address(0), args.uint(1))?),
    syncCall => word(vault.sync(args.address(0))?),
    claimCall => {
        let account = vault.vm().msg_sender();
        Out::of(1).array(vault.pay(account, &args.addresses(0), account)?).done()
    },
    claimToCall => {
        let (account, tokens) = (vault.vm().msg_sender(), args.addresses(0));
        Out::of(1).array(vault.pay(account, &tokens, args.address(1))?).done()
    },
    setPayoutCall => done(vault.set_payout(args.address(0), args.bool(1)))?,
    payoutOfCall => vault.encoded_payout(args.address(0)),
    claimForCall => {
        Out::of(1).array(vault.pay_for(args.address(0), &args.addresses(1))?).done()
    },
    claimManyCall => {
        Out::of(1).array(vault.pay_many(&args.addresses(0), args.address(1))?).done()
    },
    compoundCall => word(vault.compound()?),
    claimableCall => {
        let id = vault.reward_id(args.address(1))?;
        word(vault.pending(args.address(0), id))
    },
    checkpointCall => word(vault.checkpoint(args.uint(0))),
    rewardTokensCall => vault.encoded_reward_tokens(),
    rewardStateCall => vault.encoded_reward_state(args.address(0))?,
    streamsOfCall => vault.encoded_streams(args.address(0))?,
    lastCheckpointCall => word(vault.stored_pool().updated),

    // Votes.
    clockCall => word(vault.now()),
    CLOCK_MODECall => text("mode=timestamp"),
    getVotesCall => word(vault.votes(args.address(0))),
    getPastVotesCall => word(vault.past_votes(args.address(0), args.uint(1))?),
    getPastTotalSupplyCall => word(vault.past_total(args.uint(0))?),
    delegatesCall => word(vault.delegates(args.address(0))),
    delegateCall => {
        vault.delegate(vault.vm().msg_sender(), args.address(0));
        Vec::new()
    },
    delegateBySigCall => {
        let (to, nonce, expiry) = (args.address(0), args.uint(1), args.uint(2));
        done(vault.delegate_by_signature(to, nonce, expiry, &signature(args, 3)))?
    },
    supportsInterfaceCall => word(supports(args.bytes4(0))),

    // Owner and guardian.
    ownerCall => word(ROLES.owner(vault.vm())),
    pendingOwnerCall => word(ROLES.pending_owner(vault.vm())),
    guardianCall => word(ROLES.guardian(vault.vm())),
    pausedCall => word(Config::get(vault.vm()).paused),
    transferOwnershipCall => done(ROLES.transfer_ownership(vault.vm(), args.address(0)))?,
    acceptOwnershipCall => done(ROLES.accept_ownership(vault.vm()))?,
    setGuardianCall => done(ROLES.set_guardian(vault.vm(), args.address(0)))?,
    pauseCall => done(vault.pause())?,
    unpauseCall => done(vault.unpause())?,
    addRewardTokenCall => done(vault.add_reward(args.address(0), args.uint(1)))?,
    retireRewardTokenCall => done(vault.retire_reward(args.address(0)))?,
    setCurveCall => {
        ROLES.only_owner(vault.vm())?;
        done(vault.store_curve(&args.u32s(0), &args.u32s(1)))?
    },
    setPenaltyCurveCall => {
        let (weeks, penalties) = (args.u32s(0), args.u32s(1));
        done(vault.change_penalties(&weeks, &penalties, args.address(2), args.bytes32(3)))?
    },
} }

/// The signature in arguments number `n` and the two after it.
fn signature(args: Args<'_>, n: usize) -> Signature {
    let (r, s) = (args.bytes32(n.saturating_add(1)), args.bytes32(n.saturating_add(2)));
    Signature { v: args.u8(n), r, s }
}

/// The ERC-165 identifier of an interface: its selectors, combined by exclusive or.
macro_rules! interface {
    ($($call:ident)*) => {
        0 $(^ u32::from_be_bytes(<IVault::$call as SolCall>::SELECTOR))*
    };
}

const INTERFACES: [u32; 7] = [
    interface!(supportsInterfaceCall),
    // ERC-20.
    interface!(totalSupplyCall balanceOfCall transferCall allowanceCall approveCall transferFromCall),
    // ERC-2612.
    interface!(permitCall noncesCall DOMAIN_SEPARATORCall),
    // ERC-4626.
    interface!(
        assetCall totalAssetsCall convertToSharesCall convertToAssetsCall maxDepositCall
        previewDepositCall depositCall maxMintCall previewMintCall mintCall maxWithdrawCall
        previewWithdrawCall withdrawCall maxRedeemCall previewRedeemCall redeemCall
    ),
    // ERC-5267.
    interface!(eip712DomainCall),
    // ERC-5805, whose clock is ERC-6372.
    interface!(
        getVotesCall getPastVotesCall getPastTotalSupplyCall delegatesCall delegateCall
        delegateBySigCall
    ),
    interface!(clockCall CLOCK_MODECall),
];

/// Whether the vault has the interface of this identifier. None has all bits set: the standard says so,
/// and ours do not.
fn supports(interface: FixedBytes<4>) -> bool {
    INTERFACES.contains(&u32::from_be_bytes(interface.0))
}

/// The answer of a function that returns nothing.
fn done(result: Result<(), Revert>) -> Result<Vec<u8>, Revert> {
    result.map(|()| Vec::new())
}
