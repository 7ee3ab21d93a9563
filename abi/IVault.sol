// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title Tributary staking vault
/// @notice Stake a platform's token, optionally lock it for a higher weight, and earn the revenue that
/// streams in, second by second, in up to eight tokens.
/// @dev The share is an ERC-20 minted 1:1 with the asset, for ever: revenue is paid beside the shares and
/// never changes what a share is worth. Times are Unix seconds; week `n` starts at `n * 604800`.
/// Multipliers are basis points (10_000 = 1x). Indices and rates are scaled by 2^128 (`Q128`).
///
/// Gas: a call brings the books forward from when anyone last touched the vault, so an estimate made in
/// the very second of another's call, or just before a week ends, is too low for what is mined later.
/// Send with a margin; what is not used is not paid.
///
/// Constructor (through the Stylus `stylus_constructor` entry, selector 0x5585258d):
/// `(address asset, address owner, address guardian, bytes32 name, bytes32 symbol, uint32[] durations, uint32[] multipliers)`.
/// `name` and `symbol` are ASCII, left-aligned, zero-padded.
interface IVault {
    // ------------------------------------------------------------------ errors

    /// @notice Thrown when `sender` moves more shares than it has.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice Thrown when `spender` moves more than it was allowed to.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice Thrown when shares would go to the zero address or to the vault itself.
    error ERC20InvalidReceiver(address receiver);
    /// @notice Thrown when the zero address would be allowed to spend.
    error ERC20InvalidSpender(address spender);
    /// @notice Thrown when a permit is used after its deadline.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice Thrown when a permit was not signed by the owner of the shares.
    error ERC2612InvalidSigner(address signer, address owner);
    /// @notice Thrown when `account` is not the owner.
    error OwnableUnauthorizedAccount(address account);
    /// @notice Thrown when the zero address would become owner.
    error OwnableInvalidOwner(address owner);
    /// @notice Thrown when somebody enters (deposits, locks, pushes revenue) while entering is paused.
    error EnforcedPause();
    /// @notice Thrown when `account` moves shares that are still locked; `unlocked` of them are free.
    error SharesLocked(address account, uint256 unlocked, uint256 needed);
    /// @notice Thrown when an amount is zero.
    error ZeroAmount();
    /// @notice Thrown when an amount, or a total it would make, is above `max`. Of a lock, `amount` is the
    /// boost.
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice Thrown when a lock is shorter than `min` or longer than `max` weeks.
    error LockDurationOutOfRange(uint256 durationWeeks, uint256 min, uint256 max);
    /// @notice Thrown when `assets` of a lock are moved of which there are only `locked`; a lock that has
    /// ended, or never was, has none.
    error LockTooSmall(uint256 unlockTime, uint256 locked, uint256 assets);
    /// @notice Thrown when an extension would not end later than the lock does.
    error LockNotExtended(uint256 unlockTime, uint256 newUnlockTime);
    /// @notice Thrown when more is added to a standing lock with another duration than it has.
    error StandingDurationDiffers(uint256 durationWeeks, uint256 asked);
    /// @notice Thrown when a lock is to be left early and the owner has set no price for it.
    error NoEarlyExit();
    /// @notice Thrown when leaving a lock costs more than the caller agreed to.
    error PenaltyTooHigh(uint256 penalty, uint256 maxPenalty);
    /// @notice Thrown when an account that did not ask for automatic payouts would be paid by another.
    error PayoutNotAutomatic(address account);
    /// @notice Thrown when a batch of payouts has less gas than `needed` left before the next transfer.
    error NotEnoughGas(uint256 left, uint256 needed);
    /// @notice Thrown when votes are asked for at a time that has not passed.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);
    /// @notice Thrown when a delegation is used after its expiry.
    error VotesExpiredSignature(uint256 expiry);
    /// @notice Thrown when nobody can have signed a delegation.
    error ECDSAInvalidSignature();
    /// @notice Thrown when a delegation was not signed with the next nonce of `account`, the signer.
    error InvalidAccountNonce(address account, uint256 currentNonce);
    /// @notice Thrown when a token is not one of the vault's reward tokens.
    error UnknownRewardToken(address token);
    /// @notice Thrown when a reward token is added that takes revenue already.
    error RewardTokenExists(address token);
    /// @notice Thrown when revenue is pushed in a token that takes no new revenue.
    error RewardTokenIsRetired(address token);
    /// @notice Thrown when a ninth reward token is added.
    error TooManyRewardTokens(uint256 max);
    /// @notice Thrown when a stream would be shorter than `min` or longer than `max` weeks.
    error StreamWeeksOutOfRange(uint256 streamWeeks, uint256 min, uint256 max);
    /// @notice Thrown when a curve is not 1 to 8 points that start at (0, 10_000), with strictly rising
    /// durations up to 208 weeks and multipliers that never fall and stay at or below 100_000; or a
    /// penalty curve is not 1 to 8 points that start at duration 0, with strictly rising durations up to 208
    /// weeks and penalties from 1 to 10_000 that never fall.
    error InvalidCurve();
    /// @notice Thrown when the asset delivered another amount than was asked for.
    error AssetShortfall(uint256 expected, uint256 received);
    /// @notice Thrown when a token refused a transfer or is no token.
    error TokenTransferFailed(address token);
    /// @notice Thrown when an address cannot be used: no ERC-20 at `asset` of the constructor, or as a new
    /// reward token; a reward token, the receiver of a claim or the receiver of penalties that is zero or
    /// the vault itself.
    error InvalidAddress(address account);
    /// @notice Thrown when the vault is constructed a second time.
    error AlreadyConstructed();

    // ------------------------------------------------------------------ events

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares);
    /// @notice `assets` of `account` are locked until `unlockTime` and earn as if they were `assets + boost`.
    event Locked(address indexed account, uint256 indexed unlockTime, uint256 assets, uint256 boost);
    /// @notice `assets` of `account` left the lock that ends at `unlockTime`, and `boost` with them.
    event LockReduced(address indexed account, uint256 indexed unlockTime, uint256 assets, uint256 boost);
    /// @notice `assets` of `account` are locked until it unwinds them, then `durationWeeks` more, and earn as
    /// if they were `assets + boost`.
    event StandingLocked(address indexed account, uint256 durationWeeks, uint256 assets, uint256 boost);
    /// @notice `assets` of `account` left its standing lock, and `boost` with them; a `Locked` follows.
    event Unwound(address indexed account, uint256 assets, uint256 boost);
    /// @notice `account` left the lock that ends at `unlockTime` with `assets`, of which `penalty` went to
    /// `receiver` as revenue; the shares of the penalty are gone, the others are unlocked.
    event ExitedEarly(address indexed account, uint256 indexed unlockTime, address indexed receiver, uint256 assets, uint256 penalty);
    /// @notice Leaving a lock early costs this from now on; no points mean that it is not possible.
    event PenaltyCurveChanged(uint32[] durations, uint32[] penalties, address splitter, bytes32 source);
    /// @notice `token` can be earned from now on; a push streams to the end of its week plus `streamWeeks`.
    event RewardTokenAdded(address indexed token, uint256 streamWeeks);
    /// @notice `token` takes no new revenue until it is added again; what was earned stays claimable for ever.
    event RewardTokenRetired(address indexed token);
    /// @notice `amount` of `token` arrived from `sender` and streams evenly from now until `end`. A `sender` of
    /// zero: it was sent here without a word, and `sync` found it.
    event RevenueNotified(address indexed token, address indexed sender, uint256 amount, uint256 end);
    /// @notice What fell due while nobody was staked streams anew from now until `end`.
    /// `amountQ128` is in units of 2^-128 token.
    event HeldRevenueStreamed(address indexed token, uint256 amountQ128, uint256 end);
    /// @notice The books were brought forward to `time`, and no other event of that time may tell it.
    event Checkpointed(uint256 time);
    /// @notice `account` was paid `amount` of `token` at `receiver`. The vault is the receiver of what was
    /// compounded.
    event RevenueClaimed(address indexed account, address indexed token, address indexed receiver, uint256 amount);
    /// @notice `account` has its revenue paid to `payee`; by anyone, if `automatic`.
    event PayoutChanged(address indexed account, address indexed payee, bool automatic);
    /// @notice `amount` of `token` could not be paid to `account` in a batch and stays claimable.
    event ClaimSkipped(address indexed account, address indexed token, uint256 amount);
    event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate);
    /// @notice The votes of `delegate`, now. Votes that expire with a lock expire without an event.
    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);
    /// @notice New locks use this multiplier curve; existing locks keep what they have.
    event CurveChanged(uint32[] durations, uint32[] multipliers);
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);
    event Paused(address account);
    event Unpaused(address account);
    event EIP712DomainChanged();

    // ------------------------------------------------------------------ ERC-20 and ERC-2612: the share

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    /// @notice Same as the asset's.
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    /// @notice All shares of `account`, locked ones included. See `unlockedBalanceOf`.
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    /// @notice Moves unlocked shares. Revenue earned so far stays with the sender.
    /// @dev Requirements: `to` is neither zero nor the vault; `value` shares are unlocked.
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function nonces(address owner) external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function eip712Domain() external view returns (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] memory extensions);

    // ------------------------------------------------------------------ ERC-4626: in and out, 1:1

    function asset() external view returns (address);
    function totalAssets() external view returns (uint256);
    function convertToShares(uint256 assets) external view returns (uint256);
    function convertToAssets(uint256 shares) external view returns (uint256);
    /// @notice 0 while entering is paused, and for a receiver that can hold no shares.
    function maxDeposit(address receiver) external view returns (uint256);
    function maxMint(address receiver) external view returns (uint256);
    /// @notice The unlocked balance.
    function maxWithdraw(address owner) external view returns (uint256);
    function maxRedeem(address owner) external view returns (uint256);
    function previewDeposit(uint256 assets) external view returns (uint256);
    function previewMint(uint256 shares) external view returns (uint256);
    function previewWithdraw(uint256 assets) external view returns (uint256);
    function previewRedeem(uint256 shares) external view returns (uint256);
    /// @notice Stakes `assets` of the caller for `receiver`.
    /// @dev Requirements: not paused; `assets` is not zero (here and in all that follows, whatever
    /// ERC-4626's `max*` say); total supply stays below 2^112; the asset delivers exactly `assets`.
    function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    function mint(uint256 shares, address receiver) external returns (uint256 assets);
    /// @notice Leaves with unlocked stake. Works in every state: paused, reward tokens broken, weeks behind.
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);

    /// @notice `deposit` with a permit of the asset, for `assets`, in one transaction. A permit that fails,
    /// as one that somebody else has used meanwhile does, is no error if the allowance is there.
    function depositWithPermit(uint256 assets, address receiver, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external returns (uint256 shares);

    // ------------------------------------------------------------------ locks

    /// @notice Locks `assets` of the caller's unlocked shares until the end of week
    /// `week(now) + durationWeeks`: at least what was asked, and at most a week more.
    /// @dev Requirements: not paused; `assets` is not zero and unlocked; 1 <= `durationWeeks` <= 208.
    /// The boost is `assets * (multiplier - 10_000) / 10_000`, rounded down. It ends by itself at `unlockTime`.
    function lock(uint256 assets, uint256 durationWeeks) external returns (uint256 unlockTime);
    /// @notice `deposit` for the caller, then `lock`, in one transaction.
    function depositAndLock(uint256 assets, uint256 durationWeeks) external returns (uint256 unlockTime);
    function depositAndLockWithPermit(uint256 assets, uint256 durationWeeks, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external returns (uint256 unlockTime);
    /// @notice Locks `assets` of the caller's unlocked shares without end: their boost never expires. An
    /// account has one standing lock, of one duration.
    /// @dev Requirements as for `lock`; `durationWeeks` is that of the standing lock, if there is one.
    function lockStanding(uint256 assets, uint256 durationWeeks) external returns (uint256 boost);
    /// @notice Makes `assets` of the caller's standing lock an ordinary lock of its duration from now. The
    /// boost that goes with them is their part of the standing boost, rounded up.
    function unwind(uint256 assets) external returns (uint256 unlockTime);
    /// @notice Moves `assets` of the caller's lock that ends at `unlockTime` into one of `durationWeeks` from
    /// now, at today's curve. The boost they had, their part rounded up, is given up.
    /// @dev Requirements: not paused; the new lock ends later; `assets` is not zero and in the lock.
    function extendLock(uint256 unlockTime, uint256 assets, uint256 durationWeeks) external returns (uint256 newUnlockTime);
    /// @notice Unlocks `assets` of the caller's lock that ends at `unlockTime`, for a penalty that goes to
    /// the splitter as revenue. The rest is the caller's, unlocked. Works while paused.
    /// @dev Requirements: there is a penalty curve; the penalty is at most `maxPenalty`. If the splitter
    /// refuses the deposit it is sent the penalty without one, to be picked up by `sync`.
    function exitEarly(uint256 unlockTime, uint256 assets, uint256 maxPenalty) external returns (uint256 penalty);
    /// @notice What `exitEarly` would cost now: `assets` times the penalty for the weeks that are left, the
    /// begun one included, rounded up.
    function previewExitEarly(uint256 unlockTime, uint256 assets) external view returns (uint256 penalty);
    /// @notice What leaving early costs, in basis points by weeks left, and where that goes.
    function penaltyCurve() external view returns (uint32[] memory durations, uint32[] memory penalties, address splitter, bytes32 source);
    /// @notice What `account` has in its standing lock.
    function standingOf(address account) external view returns (uint256 assets, uint256 boost, uint256 durationWeeks);
    /// @notice The weight of a new deposit of `assets` locked for `durationWeeks` (0: not locked), and the
    /// part of all revenue that it would earn now, scaled by 1e18, rounded down.
    function previewLock(uint256 assets, uint256 durationWeeks) external view returns (uint256 weight, uint256 shareE18);
    /// @notice What `account` can move or withdraw now.
    function unlockedBalanceOf(address account) external view returns (uint256);
    /// @notice The unexpired locks of `account`, in order of `unlockTimes`.
    function locksOf(address account) external view returns (uint256[] memory unlockTimes, uint256[] memory assets, uint256[] memory boosts);
    /// @notice The multiplier in basis points that a lock of `durationWeeks` gets today.
    function multiplier(uint256 durationWeeks) external view returns (uint256 bps);
    function curve() external view returns (uint32[] memory durations, uint32[] memory multipliers);
    /// @notice Balance plus the boosts of unexpired locks, now.
    function weightOf(address account) external view returns (uint256);
    /// @notice Sum of all weights, now.
    function totalWeight() external view returns (uint256);

    // ------------------------------------------------------------------ revenue

    /// @notice Pulls `amount` of `token` from the caller and streams what arrived from now to the end of
    /// week `week(now) + streamWeeks`. Streams add up: nobody's earlier revenue is slowed or stretched.
    /// @dev Requirements: not paused; `token` is a reward token and not retired; something arrives; the
    /// tokens ever notified stay below 2^128, one push below 2^112.
    function notifyRevenue(address token, uint256 amount) external returns (uint256 received);
    /// @notice Streams what of `token` was sent here without `notifyRevenue`, as if it were notified now. Anyone
    /// may call it.
    /// @dev Requirements: not paused; `token` is a reward token and not retired; something lies here beyond
    /// what is staked and what the books hold. At most 2^112 - 1 at a time.
    function sync(address token) external returns (uint256 received);
    /// @notice Pays the caller what it earned in `tokens`. One amount per token; zero is no error.
    function claim(address[] calldata tokens) external returns (uint256[] memory amounts);
    /// @notice As `claim`, paid to `receiver`.
    function claimTo(address[] calldata tokens, address receiver) external returns (uint256[] memory amounts);
    /// @notice Sends the caller's revenue to `payee` (zero: the caller) when it is claimed for it, which
    /// anyone may do if `automatic`.
    function setPayout(address payee, bool automatic) external;
    function payoutOf(address account) external view returns (address payee, bool automatic);
    /// @notice Pays what `account` earned in `tokens` to its payee.
    /// @dev Requirements: `account` is the caller or asked for automatic payouts.
    function claimFor(address account, address[] calldata tokens) external returns (uint256[] memory amounts);
    /// @notice Pays each of `accounts` what it earned in `token`. An account that did not ask for it, or whose
    /// payee cannot be paid, is skipped: its amount is zero, and it loses nothing.
    /// @dev Requirements: 600_000 gas left before each transfer, which gets at most 500_000.
    function claimMany(address[] calldata accounts, address token) external returns (uint256[] memory amounts);
    /// @notice Stakes what the caller earned in the asset itself. Zero is no error.
    /// @dev Requirements: not paused; the asset is a reward token.
    function compound() external returns (uint256 amount);
    /// @notice What `account` could claim of `token` now, rounded down.
    function claimable(address account, address token) external view returns (uint256);
    /// @notice Brings the books forward by at most `maxWeeks` week boundaries, and to now if that suffices.
    /// Anyone may call it; it changes nobody's revenue by a wei.
    /// @return weeksLeft boundaries still to be passed.
    function checkpoint(uint256 maxWeeks) external returns (uint256 weeksLeft);
    function rewardTokens() external view returns (address[] memory);
    /// @notice The books of `token`, brought forward to now. `received` and `paid` are lifetime totals.
    function rewardState(address token) external view returns (uint256 rateQ128, uint256 indexQ128, uint256 heldQ128, uint256 received, uint256 paid, uint256 streamWeeks, bool retired);
    /// @notice When the running streams of `token` end, and the rates that end then.
    function streamsOf(address token) external view returns (uint256[] memory ends, uint256[] memory ratesQ128);
    /// @notice The time up to which the stored books are written.
    function lastCheckpoint() external view returns (uint256);

    // ------------------------------------------------------------------ votes: ERC-5805, ERC-6372

    /// @notice Now, in Unix seconds.
    function clock() external view returns (uint48);
    /// @notice "mode=timestamp".
    function CLOCK_MODE() external view returns (string memory);
    /// @notice The weights of all accounts that delegate to `account`, now.
    function getVotes(address account) external view returns (uint256);
    /// @notice The same at the end of second `timepoint`, which has to have passed.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
    /// @notice The total weight, delegated or not, at the beginning of the week of `timepoint`, which has to
    /// have passed.
    /// @dev In the first week with stake that is zero, and stake that came since the week began does not
    /// count: a Governor on top needs a voting delay of a week or more, so that the quorum of a proposal
    /// counts everything that was staked when it was made.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);
    /// @notice To whom `account` delegates; zero, from the beginning, is nobody.
    function delegates(address account) external view returns (address);
    /// @notice Gives the caller's votes, present and future, to `delegatee`.
    /// @dev Costs more the more locks the caller has. From then on a change of the caller's weight also
    /// pays for the weeks since the delegate's votes last changed, at most 221,000 gas.
    function delegate(address delegatee) external;
    /// @notice As `delegate`, for whoever signed it. The nonces are those of `permit`.
    function delegateBySig(address delegatee, uint256 nonce, uint256 expiry, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice ERC-165: ERC-20, ERC-2612, ERC-4626, ERC-5267, ERC-5805, ERC-6372 and itself.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);

    // ------------------------------------------------------------------ owner and guardian

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function guardian() external view returns (address);
    function paused() external view returns (bool);
    /// @notice Offers ownership; the new owner has to accept it.
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
    function setGuardian(address newGuardian) external;
    /// @notice Owner or guardian: stops entering. Leaving (withdraw, transfer, claim) is never stopped.
    function pause() external;
    /// @notice Owner only.
    function unpause() external;
    /// @notice Makes `token` a reward token, of which there are eight at most, ever; or opens a retired one again.
    /// Later pushes stream to the end of their week plus `streamWeeks`.
    /// @dev Requirements: the owner; `token` tells balances and takes no revenue now; 1 <= `streamWeeks` <= 52.
    function addRewardToken(address token, uint256 streamWeeks) external;
    /// @notice Has `token` take no new revenue. Revenue that a splitter owes the vault in it waits there, as long
    /// as it is retired.
    function retireRewardToken(address token) external;
    function setCurve(uint32[] calldata durations, uint32[] calldata multipliers) external;
    /// @notice Sets what leaving a lock early costs, and the splitter's source that gets it. No points: no
    /// early exits.
    function setPenaltyCurve(uint32[] calldata durations, uint32[] calldata penalties, address splitter, bytes32 source) external;
}
