// Solidity developers: our interfaces compile, say what `abi/*.json` say, and contracts written against
// them work with the deployed system.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseEther, zeroHash } from "viem";
import { account } from "../lib/chain.js";
import { deployment } from "../lib/deployment.js";
import * as story from "../lib/scenario.js";
import { compile, newest, oldest } from "../lib/solidity.js";
import { chain, dollar, splitter, token, vault, weth } from "../lib/system.js";

const directory = path.join(import.meta.dirname, "../../../abi");
const interfaces = readdirSync(directory).filter((file) => file.endsWith(".sol"));

const { source } = deployment;
const [owner, alice] = [0, 1].map(account);

/** The ABI as a set of lines, without what is not of the interface: order, and Solidity's own types. */
const entries = (abi) => new Set(abi.map((entry) => JSON.stringify(entry, comparable)));

function comparable(key, value) {
  if (key === "internalType") return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort());
}

/** What only one of two ABIs has. */
function differences(ours, theirs) {
  const [left, right] = [entries(ours), entries(theirs)];
  return { ours: [...left].filter((line) => !right.has(line)), theirs: [...right].filter((line) => !left.has(line)) };
}

for (const compiler of [oldest, newest]) {
  const version = compiler.version().split("+")[0];

  test(`solc ${version} compiles every interface, and its ABI is that of the JSON file`, () => {
    assert.ok(interfaces.length > 3);
    for (const file of interfaces) {
      const name = path.basename(file, ".sol");
      const { [name]: compiled } = compile(`abi/${file}`, { compiler });
      assert.deepEqual(differences(story.abi(name), compiled.abi), { ours: [], theirs: [] }, name);
    }
  });

  test(`solc ${version} compiles contracts that use them, without a warning`, () => {
    const made = compile("contracts/Integrator.sol", { compiler });
    for (const name of ["Holder", "Treasury", "StreamingPayee"]) assert.ok(made[name].bytecode.length > 100, name);
  });
}

test("every JSON file is that of an interface", () => {
  const json = readdirSync(directory).filter((file) => file.endsWith(".json"));
  assert.deepEqual(json.map((file) => path.basename(file, ".json")), interfaces.map((file) => path.basename(file, ".sol")));
});

// From here on contracts of the oldest compiler run, which any newer one can do no worse than.
const made = compile("contracts/Integrator.sol", { compiler: oldest });
const create = (artifact, ...args) =>
  chain.create(alice, { ...artifact, callees: [vault.abi, splitter.abi] }, ...args);
let holder;
let treasury;

test("a contract stakes and locks", async () => {
  holder = await create(made.Holder, vault.address);
  await token.send(owner, "transfer", holder.address, story.ALICE_STAKE);
  await holder.send(alice, "stakeAndLock", story.ALICE_LOCK, story.LOCK_WEEKS);
  const seen = await holder.read("position", dollar.address);
  const [unlockTimes, lockedAssets, boosts] = await vault.read("locksOf", holder.address);
  assert.equal(unlockTimes[0] % story.WEEK, 0n);
  assert.deepEqual([lockedAssets, boosts], [[story.ALICE_LOCK], [story.ALICE_BOOST]]);
  assert.deepEqual(seen, {
    shares: story.ALICE_STAKE, unlocked: story.ALICE_UNLOCKED, weight: story.ALICE_STAKE + story.ALICE_BOOST,
    claimable: 0n, unlockTimes, lockedAssets, boosts,
  });
});

test("a contract pushes revenue, of tokens and of ETH", async () => {
  treasury = await create(made.Treasury, splitter.address);
  await dollar.send(owner, "transfer", treasury.address, story.REVENUE);
  const receipt = await treasury.send(alice, "push", source, dollar.address);
  const { sender, amount } = splitter.event(receipt, "RevenueReceived");
  assert.deepEqual([sender, amount], [treasury.address, story.REVENUE]);
  const value = parseEther("2");
  await chain.transact({ account: alice, to: treasury.address, data: treasury.data("pushNative", source), value });
  assert.equal(await splitter.read("sourceReceived", source, weth.address), value);
});

test("a contract reads a policy's lists", async () => {
  assert.deepEqual(await treasury.read("payeesOf", source), [
    [vault.address, account(3).address],
    [story.STAKERS_BPS, 10_000 - story.STAKERS_BPS],
  ]);
});

test("a contract claims what it earned", async () => {
  await splitter.send(alice, "distribute", BigInt(deployment.policyId), dollar.address);
  await chain.wait(story.PATIENCE);
  const { claimable } = await holder.read("position", dollar.address);
  assert.ok(story.withinAUnit(claimable, story.STAKERS_PART), `${claimable} can be claimed`);
  await holder.send(alice, "claim", dollar.address);
  assert.equal(await dollar.read("balanceOf", holder.address), claimable);
});

test("errors reach a contract as declared, and pass through it to its caller", async () => {
  const why = async (...args) => (await chain.reader.simulateContract({ ...holder, functionName: "tryLock", args })).result;
  assert.equal(await why(0n, 4n), "nothing to lock");
  assert.equal(await why(1n, 209n), "for too long");
  assert.equal(await why(story.ALICE_STAKE, 4n), "more than is unlocked");
  assert.equal(await why(1n, 4n), "locked");
  assert.deepEqual(
    await holder.refusal(alice, "lock", story.ALICE_STAKE, 4n),
    ["SharesLocked", [holder.address, story.ALICE_UNLOCKED, story.ALICE_STAKE]],
  );
});

test("a contract is a payee that takes revenue as the vault does, and loses none while it refuses", async () => {
  const payee = await create(made.StreamingPayee);
  const policyId = await splitter.read("policyCount") + 1n;
  await splitter.send(owner, "createPolicy", story.word("all to a contract"), [payee.address], [10_000], [story.KIND_STREAM], [zeroHash]);
  await splitter.send(owner, "setSourcePolicy", source, policyId);
  await payee.send(alice, "close", true);
  await dollar.send(owner, "transfer", treasury.address, story.REVENUE);
  await treasury.send(alice, "push", source, dollar.address);
  const skipped = splitter.event(await splitter.send(alice, "distribute", policyId, dollar.address), "PayeeSkipped");
  assert.deepEqual([skipped.payee, skipped.amount], [payee.address, story.REVENUE]);
  assert.deepEqual(await splitter.refusal(alice, "release", policyId, 0n, dollar.address), ["PaymentFailed", [payee.address]]);
  await payee.send(alice, "close", false);
  const receipt = await splitter.send(alice, "distribute", policyId, dollar.address);
  const { from, amount } = payee.event(receipt, "Taken");
  assert.deepEqual([from, amount], [splitter.address, story.REVENUE]);
  assert.equal(await dollar.read("balanceOf", payee.address), story.REVENUE);
  assert.equal(await dollar.read("allowance", splitter.address, payee.address), 0n);
});

test("a contract restakes what it earned for good, and lets it run out", async () => {
  await vault.send(owner, "addRewardToken", token.address, story.STREAM_WEEKS);
  await token.send(owner, "approve", vault.address, story.ALICE_STAKE);
  await vault.send(owner, "notifyRevenue", token.address, story.ALICE_STAKE);
  await chain.wait(story.PATIENCE);
  const earned = (await holder.read("position", token.address)).claimable;
  assert.ok(story.withinAUnit(earned, story.ALICE_STAKE), `${earned} can be claimed`);
  const receipt = await holder.send(alice, "restake", story.LOCK_WEEKS);
  const { assets, boost } = vault.event(receipt, "StandingLocked");
  assert.deepEqual([assets, boost], [earned, earned * 3n / 2n]);
  const { assets: unwound } = vault.event(await holder.send(alice, "wind"), "Unwound");
  assert.equal(unwound, earned);
});

test("a contract leaves a lock early for no more than it agreed to", async () => {
  const [[unlockTime]] = await vault.read("locksOf", holder.address);
  const penalties = (bps) => vault.send(owner, "setPenaltyCurve", [0], [bps], splitter.address, source);
  const assets = story.ALICE_LOCK / 2n;
  await penalties(2_000);
  assert.deepEqual(
    await holder.refusal(alice, "exit", unlockTime, assets),
    ["PenaltyTooHigh", [assets / 5n, assets / 10n]],
  );
  await penalties(1_000);
  const { penalty } = vault.event(await holder.send(alice, "exit", unlockTime, assets), "ExitedEarly");
  assert.equal(penalty, assets / 10n);
});

test("contracts that only know the standards find them in the vault", async () => {
  const { Standards } = compile("contracts/Standards.sol", { evmVersion: "cancun" });
  const stranger = await create(Standards);
  // ERC-165 gives an answer 30,000 gas, most of which starting the vault takes until a chain has cached it.
  assert.deepEqual(await stranger.read("supported", vault.address), [true, true, true, true, true, true, false]);
  await token.send(owner, "transfer", stranger.address, 1_001n);
  const { result } = await chain.reader.simulateContract({ ...stranger, functionName: "roundTrip", args: [vault.address] });
  assert.deepEqual(result, [1_001n, 1_001n]);
  await stranger.send(alice, "roundTrip", vault.address);
  await holder.send(alice, "voteBy", alice.address);
  await chain.wait(story.WEEK);
  const weight = await vault.read("weightOf", holder.address);
  assert.deepEqual(await stranger.read("votes", vault.address, alice.address), [weight, weight, await vault.read("totalWeight")]);
});

test("a contract leaves with everything that is unlocked", async () => {
  const before = await token.read("balanceOf", alice.address);
  const { shares, unlocked } = await holder.read("position", dollar.address);
  await holder.send(alice, "leaveTo", alice.address);
  assert.equal(await token.read("balanceOf", alice.address), before + unlocked);
  assert.equal((await holder.read("position", dollar.address)).shares, shares - unlocked);
});
