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
    /// @notice Thrown when a token is not one of the vault's reward tokens.
    error UnknownRewardToken(address token);
    /// @notice Thrown when a reward token is added twice.
    error RewardTokenExists(address token);
    /// @notice Thrown when revenue is pushed in a token that takes no new revenue.
    error RewardTokenIsRetired(address token);
    /// @notice Thrown when a ninth reward token is added.
    error TooManyRewardTokens(uint256 max);
    /// @notice Thrown when a stream would be shorter than `min` or longer than `max` weeks.
    error StreamWeeksOutOfRange(uint256 streamWeeks, uint256 min, uint256 max);
    /// @notice Thrown when a curve is not 1 to 8 points that start at (0, 10_000), with strictly rising
    /// durations up to 208 weeks and multipliers that never fall and stay at or below 100_000.
    error InvalidCurve();
    /// @notice Thrown when the asset delivered another amount than was asked for.
    error AssetShortfall(uint256 expected, uint256 received);
    /// @notice Thrown when a token refused a transfer or is no token.
    error TokenTransferFailed(address token);
    /// @notice Thrown when an address cannot be used: no ERC-20 at `asset` of the constructor, a reward
    /// token or the receiver of a claim that is zero or the vault itself.
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
    /// @notice `token` can be earned from now on; a push streams to the end of its week plus `streamWeeks`.
    event RewardTokenAdded(address indexed token, uint256 streamWeeks);
    /// @notice `token` takes no new revenue; what was earned stays claimable for ever.
    event RewardTokenRetired(address indexed token);
    /// @notice `amount` of `token` arrived from `sender` and streams evenly from now until `end`.
    event RevenueNotified(address indexed token, address indexed sender, uint256 amount, uint256 end);
    /// @notice What fell due while nobody was staked streams anew from now until `end`.
    /// `amountQ128` is in units of 2^-128 token.
    event HeldRevenueStreamed(address indexed token, uint256 amountQ128, uint256 end);
    /// @notice `account` was paid `amount` of `token` at `receiver`.
    event RevenueClaimed(address indexed account, address indexed token, address indexed receiver, uint256 amount);
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
    /// @notice 0 while entering is paused.
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
    /// @dev Requirements: not paused; `assets` is not zero; total supply stays below 2^112; the asset
    /// delivers exactly `assets`.
    function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    function mint(uint256 shares, address receiver) external returns (uint256 assets);
    /// @notice Leaves with unlocked stake. Works in every state: paused, reward tokens broken, weeks behind.
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);

    // ------------------------------------------------------------------ locks

    /// @notice Locks `assets` of the caller's unlocked shares until the end of week
    /// `week(now) + durationWeeks`: at least what was asked, and less than a week more.
    /// @dev Requirements: not paused; `assets` is not zero and unlocked; 1 <= `durationWeeks` <= 208.
    /// The boost is `assets * (multiplier - 10_000) / 10_000`, rounded down. It ends by itself at `unlockTime`.
    function lock(uint256 assets, uint256 durationWeeks) external returns (uint256 unlockTime);
    /// @notice `deposit` for the caller, then `lock`, in one transaction.
    function depositAndLock(uint256 assets, uint256 durationWeeks) external returns (uint256 unlockTime);
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
    /// @notice Pays the caller what it earned in `tokens`. One amount per token; zero is no error.
    function claim(address[] calldata tokens) external returns (uint256[] memory amounts);
    /// @notice As `claim`, paid to `receiver`.
    function claimTo(address[] calldata tokens, address receiver) external returns (uint256[] memory amounts);
    /// @notice What `account` could claim of `token` now, rounded down.
    function claimable(address account, address token) external view returns (uint256);
    /// @notice Brings the books forward by at most `maxWeeks` week boundaries, and to now if that suffices.
    /// Anyone may call it; it changes nobody's revenue by a wei.
    /// @return weeksLeft boundaries still to be passed.
    function checkpoint(uint256 maxWeeks) external returns (uint256 weeksLeft);
    function rewardTokens() external view returns (address[] memory);
    /// @notice The books of `token`, brought forward to now. `received` and `paid` are lifetime totals.
    function rewardState(address token) external view returns (uint256 rateQ128, uint256 indexQ128, uint256 heldQ128, uint256 received, uint256 paid, uint256 streamWeeks, bool retired);
    /// @notice The time up to which the stored books are written.
    function lastCheckpoint() external view returns (uint256);

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
    function addRewardToken(address token, uint256 streamWeeks) external;
    function retireRewardToken(address token) external;
    function setCurve(uint32[] calldata durations, uint32[] calldata multipliers) external;
}
