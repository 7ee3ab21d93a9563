//! Bad input: every error that the interfaces declare, brought about by somebody, and read from the
//! node's answer as a client reads it. What is declared and not met here fails the test.

use std::collections::BTreeSet;

use alloy::{
    json_abi::JsonAbi,
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolError},
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IToken, IVault, IWeth, interfaces},
    chain::Call,
    deploy::arguments,
};
use tributary_tests::{Case, World, constructor, dollars, revert_data, tokens};

use crate::{
    evm::{MESSENGER, YES_SAYER, create, message},
    play,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(every_error_of_the_token_reaches_its_caller),
        play!(every_error_of_weth_reaches_its_caller),
        play!(every_error_of_the_vault_reaches_its_caller),
        play!(every_error_of_the_splitter_reaches_its_caller),
        play!(a_transaction_that_reverts_changes_nothing_but_its_senders_nonce),
    ]
}

/// One contract, and the errors met so far.
struct Met<'a> {
    world: &'a World,
    contract: Address,
    errors: BTreeSet<String>,
}

impl<'a> Met<'a> {
    fn at(world: &'a World, contract: Address) -> Self {
        Self { world, contract, errors: BTreeSet::new() }
    }

    /// `call` of `from` fails with `error`.
    async fn on<C: SolCall, E: SolError>(&mut self, from: &PrivateKeySigner, call: C, error: E) {
        self.elsewhere(self.contract, from, call.abi_encode(), error).await;
    }

    /// `calldata` of `from` to another contract of the kind fails with `error`.
    async fn elsewhere<E: SolError>(
        &mut self,
        contract: Address,
        from: &PrivateKeySigner,
        calldata: Vec<u8>,
        error: E,
    ) {
        let data = error.abi_encode();
        self.world.refused_with_value(from, contract, &calldata, U256::ZERO, &data).await;
        self.errors.insert(E::SIGNATURE.to_owned());
    }

    /// No error of `interface` is missing.
    #[track_caller]
    fn everything(&self, interface: &str) {
        let abis: Vec<(_, JsonAbi)> = interfaces().into();
        let (_, abi) = abis.into_iter().find(|(name, _)| *name == interface).expect("an interface");
        let declared: BTreeSet<String> = abi.errors().map(|error| error.signature()).collect();
        let missing: Vec<_> = declared.difference(&self.errors).collect();
        assert!(missing.is_empty(), "{interface} declares {missing:?}, which nobody met");
    }
}

/// An amount above every limit.
const HUGE: U256 = U256::MAX;

fn n(number: u64) -> U256 {
    U256::from(number)
}

async fn every_error_of_the_token_reaches_its_caller(world: World) -> Result<()> {
    let alice = world.holder("alice", tokens(10)).await?;
    let (owner, zero) = (alice.address(), Address::ZERO);
    let mut met = Met::at(&world, *world.token().address());
    let spender = world.treasury.address();
    met.on(
        &alice,
        IToken::transferCall { to: spender, value: tokens(11) },
        IToken::ERC20InsufficientBalance { sender: owner, balance: tokens(10), needed: tokens(11) },
    )
    .await;
    met.on(
        &world.treasury,
        IToken::transferFromCall { from: owner, to: spender, value: n(1) },
        IToken::ERC20InsufficientAllowance { spender, allowance: n(0), needed: n(1) },
    )
    .await;
    let to_nobody = IToken::transferCall { to: zero, value: n(1) };
    met.on(&alice, to_nobody, IToken::ERC20InvalidReceiver { receiver: zero }).await;
    let to_nobody = IToken::approveCall { spender: zero, value: n(1) };
    met.on(&alice, to_nobody, IToken::ERC20InvalidSpender { spender: zero }).await;
    let permit = |deadline| IToken::permitCall {
        owner,
        spender,
        value: n(1),
        deadline,
        v: 27,
        r: B256::ZERO,
        s: B256::ZERO,
    };
    met.on(&alice, permit(n(1)), IToken::ERC2612ExpiredSignature { deadline: n(1) }).await;
    met.on(&alice, permit(HUGE), IToken::ERC2612InvalidSigner { signer: zero, owner }).await;
    let word = B256::ZERO;
    let again = constructor(&arguments(&(word, word, n(18), owner, n(1))));
    met.elsewhere(met.contract, &alice, again, IToken::AlreadyConstructed {}).await;
    met.everything("IToken");
    Ok(())
}

async fn every_error_of_weth_reaches_its_caller(world: World) -> Result<()> {
    let (alice, zero) = (world.account("alice").await?, Address::ZERO);
    let mut met = Met::at(&world, *world.weth().address());
    let (sender, spender) = (alice.address(), alice.address());
    met.on(
        &alice,
        IWeth::withdrawCall { value: n(1) },
        IWeth::ERC20InsufficientBalance { sender, balance: n(0), needed: n(1) },
    )
    .await;
    met.on(
        &alice,
        IWeth::transferFromCall { from: world.owner.address(), to: sender, value: n(1) },
        IWeth::ERC20InsufficientAllowance { spender, allowance: n(0), needed: n(1) },
    )
    .await;
    let to_nobody = IWeth::transferCall { to: zero, value: n(0) };
    met.on(&alice, to_nobody, IWeth::ERC20InvalidReceiver { receiver: zero }).await;
    let to_nobody = IWeth::approveCall { spender: zero, value: n(1) };
    met.on(&alice, to_nobody, IWeth::ERC20InvalidSpender { spender: zero }).await;
    let receiver = create(&world, &alice, MESSENGER).await?;
    let wrap = Call::raw("wrap", receiver, message(met.contract, &IWeth::depositCall {}));
    world.chain.send(&alice, wrap.value(n(9))).await?;
    let unwrap = message(met.contract, &IWeth::withdrawCall { value: n(9) });
    met.elsewhere(receiver, &alice, unwrap, IWeth::EtherTransferFailed { receiver }).await;
    met.everything("IWeth");
    Ok(())
}

async fn every_error_of_the_vault_reaches_its_caller(world: World) -> Result<()> {
    let alice = world.staker("alice", tokens(100)).await?;
    let lock = IVault::lockCall { assets: tokens(40), durationWeeks: n(5) };
    world.send(&alice, world.system.vault(), &lock).await?;
    let mut met = Met::at(&world, world.system.vault());
    vault_shares(&mut met, &alice).await;
    vault_amounts(&mut met, &alice).await;
    vault_locks(&mut met, &alice).await?;
    vault_payouts(&mut met, &alice).await?;
    vault_votes(&mut met, &alice).await?;
    vault_tokens(&mut met, &alice).await?;
    vault_roles(&mut met, &alice).await?;
    vault_constructors(&mut met).await?;
    met.everything("IVault");
    Ok(())
}

/// The share as a token.
async fn vault_shares(met: &mut Met<'_>, alice: &PrivateKeySigner) {
    let (me, to, zero, here) =
        (alice.address(), met.world.treasury.address(), Address::ZERO, met.contract);
    let give = |value| IVault::transferCall { to, value };
    let (balance, needed) = (tokens(100), tokens(101));
    let short = IVault::ERC20InsufficientBalance { sender: me, balance, needed };
    met.on(alice, give(needed), short).await;
    let (unlocked, needed) = (tokens(60), tokens(61));
    met.on(alice, give(needed), IVault::SharesLocked { account: me, unlocked, needed }).await;
    let allowance = n(0);
    met.on(
        &met.world.treasury.clone(),
        IVault::transferFromCall { from: me, to, value: n(1) },
        IVault::ERC20InsufficientAllowance { spender: to, allowance, needed: n(1) },
    )
    .await;
    for receiver in [zero, here] {
        let error = || IVault::ERC20InvalidReceiver { receiver };
        met.on(alice, IVault::transferCall { to: receiver, value: n(1) }, error()).await;
        met.on(alice, IVault::depositCall { assets: n(1), receiver }, error()).await;
        met.on(alice, IVault::mintCall { shares: n(1), receiver }, error()).await;
        met.on(alice, IVault::withdrawCall { assets: n(1), receiver, owner: me }, error()).await;
    }
    let to_nobody = IVault::approveCall { spender: zero, value: n(1) };
    met.on(alice, to_nobody, IVault::ERC20InvalidSpender { spender: zero }).await;
    let permit = |deadline| IVault::permitCall {
        owner: me,
        spender: to,
        value: n(1),
        deadline,
        v: 28,
        r: B256::ZERO,
        s: B256::ZERO,
    };
    met.on(alice, permit(n(1)), IVault::ERC2612ExpiredSignature { deadline: n(1) }).await;
    met.on(alice, permit(HUGE), IVault::ERC2612InvalidSigner { signer: zero, owner: me }).await;
}

/// Amounts and durations.
async fn vault_amounts(met: &mut Met<'_>, alice: &PrivateKeySigner) {
    let (me, token) = (alice.address(), *met.world.dollar().address());
    let zero = || IVault::ZeroAmount {};
    met.on(alice, IVault::depositCall { assets: n(0), receiver: me }, zero()).await;
    met.on(alice, IVault::withdrawCall { assets: n(0), receiver: me, owner: me }, zero()).await;
    met.on(alice, IVault::redeemCall { shares: n(0), receiver: me, owner: me }, zero()).await;
    met.on(alice, IVault::lockCall { assets: n(0), durationWeeks: n(1) }, zero()).await;
    met.on(alice, IVault::notifyRevenueCall { token, amount: n(0) }, zero()).await;
    let most = (n(1) << 112) - n(1);
    let over = |amount, max| IVault::AmountTooLarge { amount, max };
    let deposit = IVault::depositCall { assets: HUGE, receiver: me };
    met.on(alice, deposit, over(HUGE, most - tokens(100))).await;
    let push = IVault::notifyRevenueCall { token, amount: HUGE };
    met.on(alice, push, over(HUGE, most)).await;
    for weeks in [n(0), n(209), HUGE] {
        let error =
            || IVault::LockDurationOutOfRange { durationWeeks: weeks, min: n(1), max: n(208) };
        met.on(alice, IVault::lockCall { assets: n(1), durationWeeks: weeks }, error()).await;
        let both = IVault::depositAndLockCall { assets: n(1), durationWeeks: weeks };
        met.on(alice, both, error()).await;
    }
}

/// Locks that change: alice has one of 40 tokens that ends in six weeks at most.
async fn vault_locks(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let world = met.world;
    let (locks, me) = (world.vault().locksOf(alice.address()).call().await?, alice.address());
    let (unlock_time, locked) = (locks.unlockTimes[0], tokens(40));
    let exit =
        |time, assets, most| IVault::exitEarlyCall { unlockTime: time, assets, maxPenalty: most };
    met.on(alice, exit(unlock_time, n(1), HUGE), IVault::NoEarlyExit {}).await;
    let penalties = IVault::setPenaltyCurveCall {
        durations: vec![0],
        penalties: vec![500],
        splitter: world.system.splitter(),
        source: B256::ZERO,
    };
    let no = IVault::OwnableUnauthorizedAccount { account: me };
    met.on(alice, penalties.clone(), no).await;
    world.send(&world.owner, met.contract, &penalties).await?;
    let dear = IVault::PenaltyTooHigh { penalty: tokens(2), maxPenalty: tokens(2) - n(1) };
    met.on(alice, exit(unlock_time, locked, tokens(2) - n(1)), dear).await;
    let extend = |time, assets, weeks| IVault::extendLockCall {
        unlockTime: time,
        assets,
        durationWeeks: weeks,
    };
    let assets = locked + n(1);
    let small = || IVault::LockTooSmall { unlockTime: unlock_time, locked, assets };
    met.on(alice, exit(unlock_time, assets, HUGE), small()).await;
    met.on(alice, extend(unlock_time, assets, n(52)), small()).await;
    for time in [n(0), unlock_time - n(1), unlock_time + n(604_800), HUGE] {
        let none = IVault::LockTooSmall { unlockTime: time, locked: n(0), assets: n(1) };
        met.on(alice, extend(time, n(1), n(52)), none).await;
    }
    let shorter = met.world.ask(me, met.contract, &extend(unlock_time, n(1), n(52))).await?;
    let new = shorter - n(51 * 604_800);
    let early = IVault::LockNotExtended { unlockTime: unlock_time, newUnlockTime: new };
    met.on(alice, extend(unlock_time, n(1), n(1)), early).await;
    let stand = |weeks| IVault::lockStandingCall { assets: tokens(1), durationWeeks: weeks };
    world.send(alice, met.contract, &stand(n(10))).await?;
    let differs = IVault::StandingDurationDiffers { durationWeeks: n(10), asked: n(11) };
    met.on(alice, stand(n(11)), differs).await;
    let assets = tokens(1) + n(1);
    let small = IVault::LockTooSmall { unlockTime: n(0), locked: tokens(1), assets };
    met.on(alice, IVault::unwindCall { assets }, small).await;
    world.send(alice, met.contract, &IVault::unwindCall { assets: tokens(1) }).await?;
    Ok(())
}

/// Payouts by others.
async fn vault_payouts(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let (me, other) = (alice.address(), met.world.treasury.clone());
    let token = *met.world.dollar().address();
    let claim = IVault::claimForCall { account: me, tokens: vec![token] };
    met.on(&other, claim, IVault::PayoutNotAutomatic { account: me }).await;
    let here = IVault::setPayoutCall { payee: met.contract, automatic: true };
    met.on(alice, here, IVault::InvalidAddress { account: met.contract }).await;
    let pay_me = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
    met.world.send(alice, met.contract, &pay_me).await?;
    met.world.notify(token, dollars(1_000)).await?;
    earned(met.world, me, token).await?;
    let many = IVault::claimManyCall { accounts: vec![me], token };
    let request = TransactionRequest::default().from(me).to(met.contract);
    let request = request.input(Bytes::from(many.abi_encode()).into()).gas_limit(400_000);
    let answer = met.world.chain.provider().call(request).await;
    let data = revert_data(&answer).expect("400,000 gas are not enough");
    let error = IVault::NotEnoughGas::abi_decode(&data).expect("a NotEnoughGas");
    assert!(error.left < error.needed && error.left < n(400_000), "{error:?}");
    met.errors.insert(IVault::NotEnoughGas::SIGNATURE.to_owned());
    Ok(())
}

/// Waits until `account` has earned something of `token`.
async fn earned(world: &World, account: Address, token: Address) -> Result<()> {
    while world.vault().claimable(account, token).call().await?.is_zero() {
        if world.moves_time() {
            world.at(world.now().await? + 60).await?;
        } else {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
    Ok(())
}

/// Votes: the future, and signatures that are late, nobody's, or used.
async fn vault_votes(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let me = alice.address();
    let past = IVault::getPastVotesCall { account: me, timepoint: HUGE };
    let now = met.world.vault().clock().call().await?;
    let future = IVault::ERC5805FutureLookup { timepoint: HUGE, clock: now };
    if met.world.moves_time() {
        met.on(alice, past, future).await;
        let total = IVault::getPastTotalSupplyCall { timepoint: U256::from(now) };
        let future = IVault::ERC5805FutureLookup { timepoint: U256::from(now), clock: now };
        met.on(alice, total, future).await;
    }
    let delegate = |nonce, expiry, r| IVault::delegateBySigCall {
        delegatee: me,
        nonce,
        expiry,
        v: 27,
        r,
        s: B256::with_last_byte(1),
    };
    let late = IVault::VotesExpiredSignature { expiry: n(1) };
    met.on(alice, delegate(n(0), n(1), B256::ZERO), late).await;
    let nobody = IVault::ECDSAInvalidSignature {};
    met.on(alice, delegate(n(0), HUGE, B256::ZERO), nobody).await;
    signed_by_chance(met, alice, delegate(n(7), HUGE, B256::with_last_byte(1))).await;
    Ok(())
}

/// A made-up signature is somebody's, whose next nonce is not the one that was signed.
async fn signed_by_chance(
    met: &mut Met<'_>,
    alice: &PrivateKeySigner,
    call: IVault::delegateBySigCall,
) {
    let request = TransactionRequest::default().from(alice.address()).to(met.contract);
    let request = request.input(Bytes::from(call.abi_encode()).into());
    let answer = met.world.chain.provider().call(request).await;
    let data = revert_data(&answer).expect("nobody has signed seven times");
    let error = IVault::InvalidAccountNonce::abi_decode(&data).expect("an InvalidAccountNonce");
    assert!(error.account != alice.address() && error.currentNonce == n(0), "{error:?}");
    met.errors.insert(IVault::InvalidAccountNonce::SIGNATURE.to_owned());
}

/// Reward tokens and curves.
async fn vault_tokens(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let world = met.world;
    let (owner, me) = (&world.owner, alice.address());
    let (dollar, weth) = (*world.dollar().address(), *world.weth().address());
    let unknown = || IVault::UnknownRewardToken { token: me };
    met.on(alice, IVault::notifyRevenueCall { token: me, amount: n(1) }, unknown()).await;
    met.on(alice, IVault::claimCall { tokens: vec![dollar, me] }, unknown()).await;
    met.on(alice, IVault::claimableCall { account: me, token: me }, unknown()).await;
    met.on(alice, IVault::rewardStateCall { token: me }, unknown()).await;
    met.on(owner, IVault::retireRewardTokenCall { token: me }, unknown()).await;
    let add = |token, weeks| IVault::addRewardTokenCall { token, streamWeeks: weeks };
    let exists = IVault::RewardTokenExists { token: dollar };
    met.on(owner, add(dollar, n(1)), exists).await;
    for weeks in [n(0), n(53), HUGE] {
        let error = IVault::StreamWeeksOutOfRange { streamWeeks: weeks, min: n(1), max: n(52) };
        met.on(owner, add(me, weeks), error).await;
    }
    let invalid = IVault::InvalidAddress { account: Address::ZERO };
    met.on(owner, add(Address::ZERO, n(1)), invalid).await;
    let nowhere = IVault::claimToCall { tokens: vec![dollar], receiver: Address::ZERO };
    met.on(alice, nowhere, IVault::InvalidAddress { account: Address::ZERO }).await;
    let push = IVault::notifyRevenueCall { token: dollar, amount: dollars(1) };
    met.on(alice, push, IVault::TokenTransferFailed { token: dollar }).await;
    world.send(owner, met.contract, &IVault::retireRewardTokenCall { token: weth }).await?;
    let push = IVault::notifyRevenueCall { token: weth, amount: n(1) };
    met.on(alice, push, IVault::RewardTokenIsRetired { token: weth }).await;
    let invalid = IVault::InvalidAddress { account: me };
    met.on(owner, add(me, n(1)), invalid).await;
    for _ in 0..5 {
        let token = create(world, owner, YES_SAYER).await?;
        world.send(owner, met.contract, &add(token, n(1))).await?;
    }
    let ninth = create(world, owner, YES_SAYER).await?;
    met.on(owner, add(ninth, n(1)), IVault::TooManyRewardTokens { max: n(8) }).await;
    for (durations, multipliers) in [
        (vec![], vec![]),
        (vec![0, 1], vec![10_000]),
        (vec![1], vec![10_000]),
        (vec![0], vec![9_999]),
        (vec![0, 4, 4], vec![10_000; 3]),
        (vec![0, 4], vec![10_000, 100_001]),
        (vec![0, 209], vec![10_000, 20_000]),
        (vec![0, 4, 8], vec![10_000, 20_000, 19_999]),
    ] {
        met.on(owner, IVault::setCurveCall { durations, multipliers }, IVault::InvalidCurve {})
            .await;
    }
    Ok(())
}

/// Who may do what, and when.
async fn vault_roles(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let (me, world) = (alice.address(), met.world);
    let no = || IVault::OwnableUnauthorizedAccount { account: me };
    let set = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
    met.on(alice, set, no()).await;
    met.on(alice, IVault::addRewardTokenCall { token: me, streamWeeks: n(1) }, no()).await;
    met.on(alice, IVault::retireRewardTokenCall { token: me }, no()).await;
    met.on(alice, IVault::setGuardianCall { newGuardian: me }, no()).await;
    met.on(alice, IVault::transferOwnershipCall { newOwner: me }, no()).await;
    met.on(alice, IVault::acceptOwnershipCall {}, no()).await;
    met.on(alice, IVault::pauseCall {}, no()).await;
    met.on(alice, IVault::unpauseCall {}, no()).await;
    world.send(&world.guardian, met.contract, &IVault::pauseCall {}).await?;
    let enter = IVault::depositCall { assets: n(1), receiver: me };
    met.on(alice, enter, IVault::EnforcedPause {}).await;
    world.send(&world.owner, met.contract, &IVault::unpauseCall {}).await?;
    Ok(())
}

/// Constructors, and an asset that does not deliver.
async fn vault_constructors(met: &mut Met<'_>) -> Result<()> {
    let (world, zero) = (met.world, Address::ZERO);
    let (owner, asset) = (&world.owner, *world.token().address());
    let stranger = world.treasury.address();
    let given = |asset: Address, owner: Address, multipliers: Vec<u32>| {
        let (word, durations) = (B256::ZERO, vec![0_u32; multipliers.len()]);
        constructor(&arguments(&(asset, owner, owner, word, word, durations, multipliers)))
    };
    let me = owner.address();
    let curve = || vec![10_000_u32];
    let again = given(asset, me, curve());
    met.elsewhere(met.contract, owner, again, IVault::AlreadyConstructed {}).await;
    let fresh = world.deploy("vault").await?;
    let no_owner = given(asset, zero, curve());
    met.elsewhere(fresh, owner, no_owner, IVault::OwnableInvalidOwner { owner: zero }).await;
    let no_token = given(stranger, me, curve());
    met.elsewhere(fresh, owner, no_token, IVault::InvalidAddress { account: stranger }).await;
    let no_curve = given(asset, me, vec![]);
    met.elsewhere(fresh, owner, no_curve, IVault::InvalidCurve {}).await;

    let promise = create(world, owner, YES_SAYER).await?;
    let gullible = world.deploy("vault").await?;
    let construct = Call::raw("construct", gullible, given(promise, me, curve()));
    world.chain.send(owner, construct).await?;
    let deposit = IVault::depositCall { assets: n(5), receiver: me }.abi_encode();
    let short = IVault::AssetShortfall { expected: n(5), received: n(0) };
    met.elsewhere(gullible, owner, deposit, short).await;
    Ok(())
}

async fn every_error_of_the_splitter_reaches_its_caller(world: World) -> Result<()> {
    let alice = world.account("alice").await?;
    let mut met = Met::at(&world, world.system.splitter());
    splitter_receipts(&mut met, &alice).await?;
    splitter_policies(&mut met).await;
    splitter_payments(&mut met, &alice).await?;
    splitter_share(&mut met, &alice).await;
    splitter_roles(&mut met, &alice).await?;
    splitter_constructors(&mut met).await?;
    met.everything("ISplitter");
    Ok(())
}

async fn splitter_receipts(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let world = met.world;
    let (source, token) = (world.source(0), *world.dollar().address());
    let deposit = |source, token, amount| ISplitter::depositCall { source, token, amount };
    met.on(alice, deposit(source, token, n(0)), ISplitter::ZeroAmount {}).await;
    met.on(alice, ISplitter::depositNativeCall { source }, ISplitter::ZeroAmount {}).await;
    met.on(alice, ISplitter::syncCall { token }, ISplitter::ZeroAmount {}).await;
    let strange = B256::repeat_byte(7);
    let unknown = || ISplitter::UnknownSource { source: strange };
    met.on(alice, deposit(strange, token, n(1)), unknown()).await;
    met.on(alice, ISplitter::depositNativeCall { source: strange }, unknown()).await;
    met.on(alice, ISplitter::sourceInfoCall { source: strange }, unknown()).await;
    let refused = ISplitter::TokenTransferFailed { token };
    met.on(alice, deposit(source, token, n(1)), refused).await;
    let no_token = alice.address();
    let refused = || ISplitter::TokenTransferFailed { token: no_token };
    met.on(alice, deposit(source, no_token, n(1)), refused()).await;
    met.on(alice, ISplitter::syncCall { token: no_token }, refused()).await;

    let (word, much) = (B256::ZERO, n(1) << 128);
    let holder = world.owner.address();
    let plenty = world.construct("token", &arguments(&(word, word, n(0), holder, HUGE))).await?;
    let allow = IToken::approveCall { spender: met.contract, value: HUGE };
    world.send(&world.owner, plenty, &allow).await?;
    let over = ISplitter::AmountTooLarge { amount: much, max: much - n(1) };
    met.on(&world.owner, deposit(source, plenty, much), over).await;
    Ok(())
}

async fn splitter_policies(met: &mut Met<'_>) {
    let owner = &met.world.owner.clone();
    let payee = met.world.treasury.address();
    let policy = |payees: Vec<Address>, bps: Vec<u32>, kinds: Vec<u8>| {
        let (name, tags) = (B256::ZERO, vec![B256::ZERO; payees.len()]);
        ISplitter::createPolicyCall { name, payees, bps, kinds, tags }
    };
    let count = |count| ISplitter::InvalidPayeeCount { count: n(count), max: n(32) };
    met.on(owner, policy(vec![], vec![], vec![]), count(0)).await;
    met.on(owner, policy(vec![payee; 33], vec![303; 33], vec![0; 33]), count(33)).await;
    met.on(owner, policy(vec![payee], vec![5_000; 2], vec![0]), count(1)).await;
    for sum in [9_999, 10_001] {
        let error = ISplitter::SharesDoNotAddUp { sum: n(sum.into()) };
        met.on(owner, policy(vec![payee; 2], vec![5_000, sum - 5_000], vec![0; 2]), error).await;
    }
    let second = || ISplitter::InvalidPayee { payeeIndex: n(1) };
    for (bad, bps, kind) in
        [(Address::ZERO, 5_000, 0), (met.contract, 5_000, 0), (payee, 0, 0), (payee, 5_000, 4)]
    {
        met.on(owner, policy(vec![payee, bad], vec![5_000, bps], vec![0, kind]), second()).await;
    }
    let source = met.world.source(0);
    let exists = ISplitter::SourceExists { source };
    let add = ISplitter::addSourceCall { source, name: source, policyId: met.world.policy(0) };
    met.on(owner, add, exists).await;
    let policy_id = n(99);
    let unknown = || ISplitter::UnknownPolicy { policyId: policy_id };
    let add = ISplitter::addSourceCall { source, name: source, policyId: policy_id };
    met.on(owner, add, unknown()).await;
    met.on(owner, ISplitter::setSourcePolicyCall { source, policyId: policy_id }, unknown()).await;
    met.on(owner, ISplitter::policyCall { policyId: policy_id }, unknown()).await;
}

async fn splitter_payments(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let (world, all) = (met.world, met.world.policy(1));
    let token = *world.dollar().address();
    let pay = |policy_id, payee, token| ISplitter::releaseCall {
        policyId: policy_id,
        payeeIndex: payee,
        token,
    };
    let unknown = ISplitter::UnknownPayee { policyId: all, payeeIndex: n(1) };
    met.on(alice, pay(all, n(1), token), unknown).await;
    met.on(alice, pay(n(0), n(0), token), ISplitter::UnknownPolicy { policyId: n(0) }).await;
    met.on(alice, pay(all, n(0), token), ISplitter::ZeroAmount {}).await;
    // A token that says yes to everything, and does nothing.
    let promise = create(world, alice, YES_SAYER).await?;
    world.send(alice, met.contract, &ISplitter::syncCall { token: promise }).await?;
    let failed = ISplitter::PaymentFailed { payee: world.system.vault() };
    met.on(alice, pay(all, n(0), promise), failed).await;
    starved_payment(met, alice, promise).await;
    Ok(())
}

/// With little gas a payee could fail for want of it: then nobody is paid, rather than some.
async fn starved_payment(met: &mut Met<'_>, alice: &PrivateKeySigner, token: Address) {
    let call = ISplitter::distributeCall { policyId: met.world.policy(1), token };
    let request = TransactionRequest::default().from(alice.address()).to(met.contract);
    let request = request.input(Bytes::from(call.abi_encode()).into()).gas_limit(600_000);
    let answer = met.world.chain.provider().call(request).await;
    let data = revert_data(&answer).expect("600,000 gas are not enough");
    let error = ISplitter::NotEnoughGas::abi_decode(&data).expect("a NotEnoughGas");
    assert!(error.gasForPayee < error.needed && error.needed > n(100_000), "{error:?}");
    met.errors.insert(ISplitter::NotEnoughGas::SIGNATURE.to_owned());
}

/// The stakers' share: nobody's before the owner has set terms, and within them then.
async fn splitter_share(met: &mut Met<'_>, alice: &PrivateKeySigner) {
    let (owner, policy) = (met.world.owner.clone(), met.world.policy(0));
    let set = ISplitter::setStakersShareCall { bps: n(5_000) };
    let no = ISplitter::OwnableUnauthorizedAccount { account: alice.address() };
    met.on(alice, set.clone(), no).await;
    let (min, max) = (n(0), n(0));
    met.on(&owner, set, ISplitter::StakersShareOutOfRange { bps: n(5_000), min, max }).await;
    let terms = ISplitter::setStakersShareTermsCall {
        setter: alice.address(),
        policyId: policy,
        stakersIndex: n(0),
        minBps: n(0),
        maxBps: n(10_000),
    };
    met.on(&owner, terms, ISplitter::InvalidStakersShareTerms {}).await;
}

async fn splitter_roles(met: &mut Met<'_>, alice: &PrivateKeySigner) -> Result<()> {
    let (world, me, source) = (met.world, alice.address(), met.world.source(0));
    let no = || ISplitter::OwnableUnauthorizedAccount { account: me };
    let set = ISplitter::setSourcePolicyCall { source, policyId: world.policy(0) };
    met.on(alice, set, no()).await;
    let add = ISplitter::addSourceCall { source, name: source, policyId: world.policy(0) };
    met.on(alice, add, no()).await;
    met.on(alice, ISplitter::pauseCall {}, no()).await;
    met.on(alice, ISplitter::acceptOwnershipCall {}, no()).await;
    world.send(&world.owner, met.contract, &ISplitter::pauseCall {}).await?;
    let token = *world.dollar().address();
    let deposit = ISplitter::depositCall { source, token, amount: n(1) };
    met.on(alice, deposit, ISplitter::EnforcedPause {}).await;
    Ok(())
}

async fn splitter_constructors(met: &mut Met<'_>) -> Result<()> {
    let (world, owner) = (met.world, &met.world.owner);
    let (me, nobody, weth) = (owner.address(), Address::ZERO, *world.weth().address());
    let construct = |owner: Address, weth: Address| constructor(&arguments(&(owner, me, weth)));
    let again = construct(me, weth);
    met.elsewhere(met.contract, owner, again, ISplitter::AlreadyConstructed {}).await;
    let fresh = world.deploy("splitter").await?;
    let no_owner = ISplitter::OwnableInvalidOwner { owner: nobody };
    met.elsewhere(fresh, owner, construct(nobody, weth), no_owner).await;
    let no_weth = ISplitter::InvalidAddress { account: me };
    met.elsewhere(fresh, owner, construct(me, me), no_weth).await;
    Ok(())
}

async fn a_transaction_that_reverts_changes_nothing_but_its_senders_nonce(
    world: World,
) -> Result<()> {
    let alice = world.staker("alice", tokens(10)).await?;
    let (me, vault) = (alice.address(), world.vault());
    let leave = IVault::withdrawCall { assets: tokens(11), receiver: me, owner: me };
    let call = Call::to("withdraw", *vault.address(), &leave).gas(1_000_000);
    let told = world.chain.send(&alice, call).await.expect_err("it has only ten");
    let (balance, needed) = (tokens(10), tokens(11));
    let error = IVault::ERC20InsufficientBalance { sender: me, balance, needed };
    assert!(format!("{told:#}").contains(&format!("{error:?}")), "{told:#}");
    assert_eq!(vault.balanceOf(me).call().await?, tokens(10));
    // The next one of the same account goes through.
    let leave = IVault::withdrawCall { assets: tokens(10), receiver: me, owner: me };
    world.send(&alice, *vault.address(), &leave).await?;
    Ok(())
}
