// Holders govern: a stock Governor of OpenZeppelin 5, with a stock TimelockController that owns vault and
// splitter, counts the vault's weights as votes.
//
// Alice locked for four years, Carol for one, Dave for a week, Erin for good, Bob not at all; each staked a
// thousand. Proposals that they vote change the multiplier curve and the policy of a source.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256, parseSignature, parseUnits, stringToHex, zeroAddress, zeroHash } from "viem";
import { account } from "../lib/chain.js";
import { activate } from "../lib/deploy.js";
import { deployment } from "../lib/deployment.js";
import * as story from "../lib/scenario.js";
import { compile } from "../lib/solidity.js";
import { chain, dollar, splitter, token, vault } from "../lib/system.js";

const DAY = 86_400n;
/** What PlatformGovernor.sol sets. */
const VOTING_DELAY = DAY;
const VOTING_PERIOD = 7n * DAY;
const QUORUM_PART = 5n;
const TIMELOCK_DELAY = 2n * DAY;

/** For a first delegation, of a holder with one lock. */
const MOST_GAS = 250_000n;

const STAKE = parseUnits("1000", 18);
const [AGAINST, FOR] = [0, 1];
const STATE = { active: 1, defeated: 3, succeeded: 4, queued: 5, executed: 7 };

const { chainId, source } = deployment;

const owner = account(0);
const treasury = account(3);
const guardian = account(4);
const [alice, bob, carol, dave, erin, mallory, relayer] = [5, 6, 7, 8, 9, 1, 2].map(account);

const evmVersion = "cancun";
const { TimelockController } = compile("@openzeppelin/contracts/governance/TimelockController.sol", { evmVersion });
const { PlatformGovernor } = compile("contracts/PlatformGovernor.sol", { evmVersion });
const callees = [vault.abi, splitter.abi, TimelockController.abi];
const timelock = await chain.create(owner, { ...TimelockController, callees }, TIMELOCK_DELAY, [], [zeroAddress], owner.address);
const governor = await chain.create(owner, { ...PlatformGovernor, callees }, vault.address, timelock.address);

/** The Governor alone proposes to the timelock, anyone executes, and nobody administers it but itself. */
async function appoint() {
  for (const role of ["PROPOSER_ROLE", "CANCELLER_ROLE"]) {
    await timelock.send(owner, "grantRole", await timelock.read(role), governor.address);
  }
  await timelock.send(owner, "renounceRole", await timelock.read("DEFAULT_ADMIN_ROLE"), owner.address);
}

/** Stakes a thousand for `holder` through the function that is named. */
async function stake(holder, functionName, ...args) {
  await token.send(owner, "transfer", holder.address, STAKE);
  await token.send(holder, "approve", vault.address, STAKE);
  await vault.send(holder, functionName, STAKE, ...args);
}

await appoint();
await stake(alice, "depositAndLock", 208n);
await stake(bob, "deposit", bob.address);
await stake(carol, "depositAndLock", 52n);
await stake(dave, "depositAndLock", 1n);
await stake(erin, "deposit", erin.address);
await vault.send(erin, "lockStanding", STAKE, 52n);

const votes = (holder) => vault.read("getVotes", holder.address);
const pastVotes = (holder, time) => vault.read("getPastVotes", holder.address, time);

/** Signs what the EIP-712 domain of `contract` makes of `message`. */
async function sign(signer, contract, primaryType, fields, message) {
  const [, name, version] = await contract.read("eip712Domain");
  const domain = { name, version, chainId, verifyingContract: contract.address };
  const types = { [primaryType]: fields.map(([field, type]) => ({ name: field, type })) };
  return signer.signTypedData({ domain, types, primaryType, message });
}

/** Alice proposes `calls`: `[contract, functionName, ...args]`. */
async function propose(description, ...calls) {
  const actions = [
    calls.map(([{ address }]) => address),
    calls.map(() => 0n),
    calls.map(([contract, ...call]) => contract.data(...call)),
  ];
  const receipt = await governor.send(alice, "propose", ...actions, description);
  const { proposalId: id, voteStart: snapshot } = governor.event(receipt, "ProposalCreated");
  return { id, snapshot, actions: [...actions, keccak256(stringToHex(description))] };
}

const state = ({ id }) => governor.read("state", id);

/** Waits for the snapshot, has it voted, and waits until the vote is closed. */
async function decide(proposal, ballots) {
  await chain.wait(VOTING_DELAY + 1n);
  for (const [voter, support] of ballots) await governor.send(voter, "castVote", proposal.id, support);
  await chain.wait(VOTING_PERIOD);
}

test("the Governor counts in the vault's seconds", async () => {
  assert.equal(await vault.read("CLOCK_MODE"), "mode=timestamp");
  assert.equal(await governor.read("CLOCK_MODE"), "mode=timestamp");
  const clock = await governor.read("clock");
  assert.equal(BigInt(clock), await chain.now());
  const future = BigInt(clock) + 1n;
  assert.deepEqual(
    await vault.refusal(bob, "getPastVotes", bob.address, future),
    ["ERC5805FutureLookup", [future, clock]],
  );
});

test("nobody votes before delegating", async () => {
  assert.equal(await votes(alice), 0n);
  assert.deepEqual(
    await governor.refusal(alice, "propose", [vault.address], [0n], [vault.data("unpause")], "too early"),
    ["GovernorInsufficientProposerVotes", [alice.address, 0n, parseUnits("100", 18)]],
  );
});

test("a delegate votes with weight: the longer a lock, the more", async () => {
  for (const holder of [alice, bob, carol, dave]) {
    const { gasUsed } = await vault.send(holder, "delegate", holder.address);
    assert.ok(gasUsed < MOST_GAS, `${gasUsed} gas for a delegation`);
  }
  assert.equal(await votes(alice), 4n * STAKE);
  assert.equal(await votes(carol), 5n * STAKE / 2n);
  assert.equal(await votes(bob), STAKE);
  const bps = await vault.read("multiplier", 1n);
  assert.ok(bps > 10_000n);
  assert.equal(await votes(dave), STAKE * bps / 10_000n);
});

test("a signed delegation is sent by somebody else, once", async () => {
  const message = { delegatee: alice.address, nonce: 0n, expiry: await chain.now() + DAY };
  const fields = [["delegatee", "address"], ["nonce", "uint256"], ["expiry", "uint256"]];
  const { r, s, v } = parseSignature(await sign(erin, vault, "Delegation", fields, message));
  const args = [message.delegatee, message.nonce, message.expiry, Number(v), r, s];
  const receipt = await vault.send(relayer, "delegateBySig", ...args);
  const { delegator, fromDelegate, toDelegate } = vault.event(receipt, "DelegateChanged");
  assert.deepEqual([delegator, fromDelegate, toDelegate], [erin.address, zeroAddress, alice.address]);
  assert.equal(await votes(alice), (4n * STAKE) + (5n * STAKE / 2n));
  assert.deepEqual(
    await vault.refusal(relayer, "delegateBySig", ...args),
    ["InvalidAccountNonce", [erin.address, 1n]],
  );
});

test("when a lock ends, its holder votes with the balance alone, without a transaction", async () => {
  const before = await chain.now();
  const whileLocked = await votes(dave);
  assert.ok(whileLocked > STAKE);
  await chain.wait(2n * story.WEEK);
  assert.equal(await votes(dave), STAKE);
  assert.equal(await pastVotes(dave, before), whileLocked, "history stays");
});

test("the quorum is a fifth of all weight at the beginning of the week", async () => {
  const now = await chain.now();
  const all = (4n + 1n + 1n) * STAKE + 2n * (5n * STAKE / 2n);
  assert.equal(await vault.read("totalWeight"), all);
  assert.equal(await vault.read("getPastTotalSupply", now - 1n), all);
  assert.equal(await governor.read("quorum", now - 1n), all / QUORUM_PART);
});

test("the timelock becomes owner of vault and splitter by a vote", async () => {
  for (const contract of [vault, splitter]) await contract.send(owner, "transferOwnership", timelock.address);
  const accept = await propose("Accept ownership", [vault, "acceptOwnership"], [splitter, "acceptOwnership"]);
  await decide(accept, [[carol, FOR]]);
  await governor.send(relayer, "queue", ...accept.actions);
  await chain.wait(TIMELOCK_DELAY);
  await governor.send(relayer, "execute", ...accept.actions);
  for (const contract of [vault, splitter]) assert.equal(await contract.read("owner"), timelock.address);
});

test("a proposal that too few vote for is defeated", async () => {
  const lonely = await propose("Double Bob's word", [vault, "setCurve", [0], [10_000]]);
  await decide(lonely, [[bob, FOR], [dave, FOR]]);
  assert.ok(2n * STAKE < await governor.read("quorum", lonely.snapshot));
  assert.equal(await state(lonely), STATE.defeated);
  const [error, [id]] = await governor.refusal(relayer, "queue", ...lonely.actions);
  assert.deepEqual([error, id], ["GovernorUnexpectedProposalState", lonely.id]);
});

test("what the vault refuses fails with the vault's own error, and stays open", async () => {
  const wrong = await propose("A curve that begins too late", [vault, "setCurve", [1], [10_000]]);
  await decide(wrong, [[alice, FOR]]);
  await governor.send(relayer, "queue", ...wrong.actions);
  await chain.wait(TIMELOCK_DELAY);
  assert.deepEqual(await governor.refusal(relayer, "execute", ...wrong.actions), ["InvalidCurve", []]);
  assert.equal(await state(wrong), STATE.queued);
});

const CURVE = { weeks: [0, 26, 104], bps: [10_000, 15_000, 30_000] };
let reform;
let policyId;

test("votes are those of the snapshot: what moves afterwards changes nothing", async () => {
  policyId = await splitter.read("policyCount") + 1n;
  reform = await propose(
    "A flatter curve, and half to the treasury",
    [vault, "setCurve", CURVE.weeks, CURVE.bps],
    [
      splitter, "createPolicy", story.word("stakers 50 / treasury 50"), [vault.address, treasury.address],
      [5_000, 5_000], [story.KIND_STREAM, story.KIND_ACCOUNT], [zeroHash, zeroHash],
    ],
    [splitter, "setSourcePolicy", source, policyId],
  );
  await chain.wait(VOTING_DELAY + 1n);
  assert.equal(await state(reform), STATE.active);
  await vault.send(bob, "transfer", mallory.address, STAKE);
  await vault.send(mallory, "delegate", mallory.address);
  assert.deepEqual([await votes(bob), await votes(mallory)], [0n, STAKE]);
  const weight = async (voter, support) =>
    governor.event(await governor.send(voter, "castVote", reform.id, support), "VoteCast").weight;
  assert.equal(await weight(bob, AGAINST), STAKE);
  assert.equal(await weight(mallory, AGAINST), 0n);
  assert.equal(await weight(dave, AGAINST), STAKE);
  assert.equal(await weight(alice, FOR), (4n * STAKE) + (5n * STAKE / 2n));
  const [against, inFavour] = await governor.read("proposalVotes", reform.id);
  assert.deepEqual([against, inFavour], [2n * STAKE, (4n * STAKE) + (5n * STAKE / 2n)]);
});

test("a signed ballot counts like a sent one", async () => {
  const message = { proposalId: reform.id, support: FOR, voter: carol.address, nonce: 0n };
  const fields = [["proposalId", "uint256"], ["support", "uint8"], ["voter", "address"], ["nonce", "uint256"]];
  const signature = await sign(carol, governor, "Ballot", fields, message);
  const receipt = await governor.send(relayer, "castVoteBySig", reform.id, FOR, carol.address, signature);
  assert.equal(governor.event(receipt, "VoteCast").weight, 5n * STAKE / 2n);
  await chain.wait(VOTING_PERIOD);
  assert.equal(await state(reform), STATE.succeeded);
});

test("what was voted waits for the timelock's delay", async () => {
  await governor.send(relayer, "queue", ...reform.actions);
  assert.equal(await state(reform), STATE.queued);
  await chain.wait(TIMELOCK_DELAY - 3_600n);
  const [error] = await governor.refusal(relayer, "execute", ...reform.actions);
  assert.equal(error, "TimelockUnexpectedOperationState");
});

test("neither the guardian nor the owner of before can do what holders vote", async () => {
  for (const outsider of [guardian, owner]) {
    const { address } = outsider;
    const unauthorized = ["OwnableUnauthorizedAccount", [address]];
    assert.deepEqual(await vault.refusal(outsider, "setCurve", CURVE.weeks, CURVE.bps), unauthorized);
    assert.deepEqual(await splitter.refusal(outsider, "setSourcePolicy", source, 1n), unauthorized);
    const role = await timelock.read("PROPOSER_ROLE");
    const call = [vault.address, 0n, vault.data("setCurve", CURVE.weeks, CURVE.bps), zeroHash, zeroHash, TIMELOCK_DELAY];
    assert.deepEqual(
      await timelock.refusal(outsider, "schedule", ...call),
      ["AccessControlUnauthorizedAccount", [address, role]],
    );
    assert.deepEqual(
      await governor.refusal(outsider, "cancel", ...reform.actions),
      ["GovernorUnableToCancel", [reform.id, address]],
    );
  }
});

/** Revenue of `source`, and what it makes the treasury be owed by `policy`. */
async function push(policy) {
  const before = await splitter.read("owed", policy, 1n, dollar.address);
  await dollar.send(owner, "approve", splitter.address, story.REVENUE);
  await splitter.send(owner, "deposit", source, dollar.address, story.REVENUE);
  return await splitter.read("owed", policy, 1n, dollar.address) - before;
}

test("after the delay anyone executes it: curve and policy change, and nothing that was before", async () => {
  const old = BigInt(deployment.policyId);
  assert.equal(await push(old), story.TREASURY_PART);
  await chain.wait(3_600n);
  await governor.send(mallory, "execute", ...reform.actions);
  assert.equal(await state(reform), STATE.executed);
  assert.deepEqual(await vault.read("curve"), [CURVE.weeks, CURVE.bps]);
  assert.equal(await vault.read("multiplier", 208n), 30_000n);
  assert.equal(await votes(alice), (4n * STAKE) + (5n * STAKE / 2n), "locks keep what they have");
  assert.equal(await push(policyId), story.REVENUE / 2n);
  assert.equal(await splitter.read("owed", old, 1n, dollar.address), story.TREASURY_PART, "revenue of before stays divided as it was");
});

test("a stake of this week counts for quorums from the next week on", async () => {
  await chain.wait(story.WEEK - await chain.now() % story.WEEK + DAY);
  const before = await vault.read("getPastTotalSupply", await chain.now() - 1n);
  await stake(mallory, "deposit", mallory.address);
  await chain.wait(60n);
  assert.equal(await vault.read("getPastTotalSupply", await chain.now() - 1n), before);
  await chain.wait(story.WEEK);
  assert.equal(await vault.read("getPastTotalSupply", await chain.now() - 1n), before + STAKE);
});

test("years later only what is locked for good has kept its weight", async () => {
  await chain.wait(209n * story.WEEK);
  // Programs have to be activated anew each year; nobody did, and nothing is lost.
  await activate(chain, relayer, vault.address);
  assert.equal(await votes(carol), STAKE);
  assert.equal(await votes(alice), STAKE + (5n * STAKE / 2n), "her own stake, and Erin's standing lock");
});
