// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title Tributary revenue splitter
/// @notice Takes a platform's revenue by labelled source and divides it by the policy that was in force
/// when it arrived.
/// @dev A policy is an immutable list of payees and basis points that add up to 10_000. Only one
/// cumulative counter per policy and token grows at receipt, so receipt costs the same for 2 payees or
/// 32, and a payee is owed `floor(received * bps / 10_000) - paid`: paying often pays the same as once.
///
/// Payee kinds: 0 account (paid by `release`), 1 stream (a vault: `notifyRevenue`), 2 splitter
/// (`deposit` under the source given as tag), 3 burn (its address has to be 0x…dEaD, so that a policy
/// reads as what it does).
///
/// The stakers' share: the owner may name a policy, which of its payees the stakers are, and a setter
/// (a ballot) who may change their basis points within bounds. Each change makes a new policy, in which
/// the others divide the rest as they did in the named one, and sources that follow the stakers' share
/// point at it from then on: `policyId` `type(uint256).max`, wherever a source is given a policy.
///
/// Constructor (through `stylus_constructor`): `(address owner, address guardian, address weth)`.
interface ISplitter {
    // ------------------------------------------------------------------ errors

    error OwnableUnauthorizedAccount(address account);
    error OwnableInvalidOwner(address owner);
    /// @notice Thrown when revenue is deposited while receiving is paused.
    error EnforcedPause();
    /// @notice Thrown when an amount is zero.
    error ZeroAmount();
    /// @notice Thrown when an amount, or a lifetime total it would make, is above `max`.
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice Thrown when revenue names a source that does not exist.
    error UnknownSource(bytes32 source);
    error SourceExists(bytes32 source);
    error UnknownPolicy(uint256 policyId);
    error UnknownPayee(uint256 policyId, uint256 payeeIndex);
    /// @notice Thrown when a policy has no payee, more than `max`, or lists of different lengths.
    error InvalidPayeeCount(uint256 count, uint256 max);
    /// @notice Thrown when the basis points of a policy do not add up to 10_000.
    error SharesDoNotAddUp(uint256 sum);
    /// @notice Thrown when payee number `payeeIndex` is the zero address, the splitter itself, has no
    /// share, is of an unknown kind, or is a stream or a splitter without code.
    error InvalidPayee(uint256 payeeIndex);
    /// @notice Thrown when a single payee was to be paid and the payment failed; it stays owed.
    error PaymentFailed(address payee);
    /// @notice Thrown when `distribute` or `releaseMany` has so little gas that a payee would get `gasForPayee` and could
    /// fail for want of it.
    error NotEnoughGas(uint256 gasForPayee, uint256 needed);
    /// @notice Thrown when a token refused a transfer or is no token.
    error TokenTransferFailed(address token);
    /// @notice Thrown when `bps`, as the stakers' share, is below `min` or above `max`.
    error StakersShareOutOfRange(uint256 bps, uint256 min, uint256 max);
    /// @notice Thrown when the bounds of the stakers' share are none (1 to 10_000, `min` not above `max`),
    /// or the policy has nobody beside the stakers.
    error InvalidStakersShareTerms();
    error InvalidAddress(address account);
    error AlreadyConstructed();

    // ------------------------------------------------------------------ events

    event PolicyCreated(uint256 indexed policyId, bytes32 name, address[] payees, uint32[] bps, uint8[] kinds, bytes32[] tags);
    event SourceAdded(bytes32 indexed source, bytes32 name, uint256 policyId);
    /// @notice Revenue of `source` that arrives from now on is divided by `policyId`.
    event SourcePolicyChanged(bytes32 indexed source, uint256 previousPolicyId, uint256 policyId);
    /// @notice `amount` of `token` arrived under `source` and is divided by `policyId`.
    event RevenueReceived(bytes32 indexed source, address indexed token, address indexed sender, uint256 policyId, uint256 amount);
    event PayeePaid(uint256 indexed policyId, address indexed token, address indexed payee, uint256 payeeIndex, uint256 amount);
    /// @notice The payment failed; `amount` stays owed.
    event PayeeSkipped(uint256 indexed policyId, address indexed token, address indexed payee, uint256 payeeIndex, uint256 amount);
    /// @notice `setter` may set the share of payee number `stakersIndex` of `policyId` from `minBps` to
    /// `maxBps`; sources that follow it are divided by `policyId` from now on.
    event StakersShareTermsChanged(address indexed setter, uint256 indexed policyId, uint256 stakersIndex, uint256 minBps, uint256 maxBps);
    /// @notice The stakers' share is `bps`: sources that follow it are divided by `policyId` from now on.
    event StakersShareChanged(address indexed setter, uint256 indexed policyId, uint256 bps);
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);
    event Paused(address account);
    event Unpaused(address account);

    // ------------------------------------------------------------------ revenue in

    /// @notice Pulls `amount` of `token` from the caller as revenue of `source`. What arrives counts.
    /// @dev Requirements: not paused; `source` exists; something arrives.
    function deposit(bytes32 source, address token, uint256 amount) external returns (uint256 received);
    /// @notice Takes the attached ETH, wrapped to WETH, as revenue of `source`. Bare ETH sent to the
    /// contract is revenue of the unattributed source, `bytes32(0)`; that takes more gas than the 2,300 which
    /// some contracts send along.
    function depositNative(bytes32 source) external payable returns (uint256 received);
    /// @notice Credits tokens that were transferred here without a call to the unattributed source, by the
    /// policy in force now: a bare transfer counts as arrived when it is credited, which anyone can do. Of
    /// WETH also ETH that was forced in, wrapped.
    /// @dev Requirements: not paused; something arrived.
    function sync(address token) external returns (uint256 received);

    // ------------------------------------------------------------------ revenue out

    /// @notice Pays every payee of `policyId` that is no plain account. A payee that fails is skipped,
    /// keeps what it is owed and blocks nobody. Anyone may call it.
    /// @dev Requirements: gas for 500,000 a payee, of which what is not used is not paid. That is enough for a
    /// vault whose books are at most a week behind, so nobody can have it skipped by sending little;
    /// `checkpoint` one that is further behind first, or send more.
    function distribute(uint256 policyId, address token) external returns (uint256 paid);
    /// @notice Pays one payee, of any kind. Anyone may call it.
    /// @dev Requirements: something is owed; the payment succeeds.
    function release(uint256 policyId, uint256 payeeIndex, address token) external returns (uint256 paid);

    /// @notice Pays several payees, of any kind, in one transaction. One that fails, or is owed nothing, is
    /// skipped. Anyone may call it.
    /// @dev Requirements: the payees exist; gas for 500,000 a payee, as for `distribute`.
    function releaseMany(uint256 policyId, uint256[] calldata payeeIndices, address token) external returns (uint256 paid);

    // ------------------------------------------------------------------ views

    function weth() external view returns (address);
    function owed(uint256 policyId, uint256 payeeIndex, address token) external view returns (uint256);
    function policyCount() external view returns (uint256);
    function policy(uint256 policyId) external view returns (bytes32 name, address[] memory payees, uint32[] memory bps, uint8[] memory kinds, bytes32[] memory tags);
    function sourceCount() external view returns (uint256);
    function sourceAt(uint256 index) external view returns (bytes32 source);
    /// @notice Name of a source, and the policy it is divided by: `type(uint256).max` if it follows the
    /// stakers' share.
    function sourceInfo(bytes32 source) external view returns (bytes32 name, uint256 policyId);
    /// @notice Lifetime revenue of `source` in `token`.
    function sourceReceived(bytes32 source, address token) external view returns (uint256);
    /// @notice Who may set the stakers' share, within which bounds, what it is, in which policy; and the policy
    /// and payee that it was made from. All zero before the owner has set any.
    function stakersShare() external view returns (address setter, uint256 minBps, uint256 maxBps, uint256 bps, uint256 policyId, uint256 basePolicyId, uint256 stakersIndex);
    function policyReceived(uint256 policyId, address token) external view returns (uint256);
    function payeePaid(uint256 policyId, uint256 payeeIndex, address token) external view returns (uint256);
    /// @notice What the splitter has taken in and not yet paid out of `token`.
    function undistributed(address token) external view returns (uint256);

    // ------------------------------------------------------------------ owner and guardian

    function createPolicy(bytes32 name, address[] calldata payees, uint32[] calldata bps, uint8[] calldata kinds, bytes32[] calldata tags) external returns (uint256 policyId);
    function addSource(bytes32 source, bytes32 name, uint256 policyId) external;
    function setSourcePolicy(bytes32 source, uint256 policyId) external;
    /// @notice Lets `setter` (zero: nobody) set the share of payee number `stakersIndex` of `policyId`.
    /// Sources that follow the stakers' share are divided by `policyId` itself until it does.
    /// @dev Requirements: owner only; 1 <= `minBps` <= the payee's basis points <= `maxBps` <= 10_000; the
    /// policy has another payee.
    function setStakersShareTerms(address setter, uint256 policyId, uint256 stakersIndex, uint256 minBps, uint256 maxBps) external;
    /// @notice Makes a policy, named `stakers <bps> bps`, in which the stakers have `bps`. The others have what
    /// is left in the proportions of the base policy, rounded down, and the first of them what that leaves;
    /// one that is left without a basis point is left out. Setting what is set already changes nothing.
    /// @dev Requirements: the setter or the owner; `bps` within the bounds.
    function setStakersShare(uint256 bps) external returns (uint256 policyId);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function guardian() external view returns (address);
    function paused() external view returns (bool);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
    function setGuardian(address newGuardian) external;
    function pause() external;
    function unpause() external;
}
