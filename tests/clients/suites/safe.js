// A treasury's Safe: two of three owners sign a batch file of the Transaction Builder, and the real
// contracts execute it, in one transaction.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256, stringToHex, zeroHash } from "viem";
import { readBatch, writeBatch } from "../lib/batch.js";
import { Chain, account } from "../lib/chain.js";
import { deployment } from "../lib/deployment.js";
import { createSafe } from "../lib/safe.js";
import * as story from "../lib/scenario.js";

const { url, chainId, contracts, source } = deployment;
const chain = new Chain(url);
const at = (name, abi) => chain.at(contracts[name], story.abi(abi));
const vault = at("vault", "IVault");
const splitter = at("splitter", "ISplitter");
const token = at("token", "IToken");
const dollar = at("dollar", "IToken");

const owner = account(0);
const relayer = account(1);
const signers = [5, 6, 7].map(account);
const [first, second, third] = signers;
const safe = await createSafe(chain, relayer, signers, 2);

const call = ({ address: to, abi }, functionName, ...args) => ({ to, abi, functionName, args });

/** The batch of a file as the Transaction Builder would export it, and import it again. */
function batch(name, ...calls) {
  const file = writeBatch({ chainId, safe: safe.address, name, calls });
  return readBatch(JSON.parse(JSON.stringify(file)), chainId);
}

const push = () => batch(
  "Push revenue",
  call(dollar, "approve", splitter.address, story.REVENUE),
  call(splitter, "deposit", source, dollar.address, story.REVENUE),
);

test("one signature of three is not enough", async () => {
  await dollar.send(owner, "transfer", safe.address, story.REVENUE);
  assert.deepEqual(await safe.refusal(push(), [second], relayer), ["Error", ["GS020"]]);
});

test("two of three push revenue: approval and deposit in one transaction", async () => {
  const receipt = await safe.execute(push(), [third, first], relayer);
  const { source: label, sender, amount } = splitter.event(receipt, "RevenueReceived");
  assert.deepEqual([label, sender, amount], [source, safe.address, story.REVENUE]);
  assert.equal(await dollar.read("balanceOf", safe.address), 0n);
  assert.equal(await dollar.read("allowance", safe.address, splitter.address), 0n);
});

test("the Safe becomes owner of vault and splitter by accepting both", async () => {
  for (const contract of [vault, splitter]) await contract.send(owner, "transferOwnership", safe.address);
  const accept = batch("Accept ownership", call(vault, "acceptOwnership"), call(splitter, "acceptOwnership"));
  await safe.execute(accept, [first, second], relayer);
  for (const contract of [vault, splitter]) assert.equal(await contract.read("owner"), safe.address);
});

test("the Safe makes a policy and points a source at it, in one batch", async () => {
  const policyId = await splitter.read("policyCount") + 1n;
  const policy = [
    story.word("stakers 25 / Safe 75"), [vault.address, safe.address], [2_500, 7_500],
    [story.KIND_STREAM, story.KIND_ACCOUNT], [zeroHash, zeroHash],
  ];
  const change = batch(
    "Three quarters to the treasury",
    call(splitter, "createPolicy", ...policy),
    call(splitter, "setSourcePolicy", source, policyId),
  );
  await safe.execute(change, [second, third], relayer);
  assert.deepEqual(await splitter.read("policy", policyId), policy);
  assert.deepEqual(await splitter.read("sourceInfo", source), [story.word("Subscriptions"), policyId]);
});

test("a batch of which one call fails changes nothing", async () => {
  const unknown = keccak256(stringToHex("no such source"));
  const before = await vault.read("curve");
  const broken = batch(
    "A curve, and a source that does not exist",
    call(vault, "setCurve", [0], [10_000]),
    call(splitter, "setSourcePolicy", unknown, 0n),
  );
  assert.deepEqual(await safe.refusal(broken, [first, second], relayer), ["Error", ["GS013"]]);
  assert.deepEqual(await vault.read("curve"), before);
});

test("the Safe itself stakes, locks and earns", async () => {
  await token.send(owner, "transfer", safe.address, story.ALICE_STAKE);
  await safe.execute(batch(
    "Stake and lock",
    call(token, "approve", vault.address, story.ALICE_STAKE),
    call(vault, "deposit", story.ALICE_UNLOCKED, safe.address),
    call(vault, "depositAndLock", story.ALICE_LOCK, story.LOCK_WEEKS),
  ), [first, third], relayer);
  assert.equal(await vault.read("weightOf", safe.address), story.ALICE_STAKE + story.ALICE_BOOST);
  await splitter.send(relayer, "distribute", BigInt(deployment.policyId), dollar.address);
  await chain.wait(story.PATIENCE);
  const claimable = await vault.read("claimable", safe.address, dollar.address);
  assert.ok(story.withinAUnit(claimable, story.STAKERS_PART), `${claimable} can be claimed`);
  await safe.execute(batch("Claim", call(vault, "claim", [dollar.address])), [first, second], relayer);
  assert.equal(await dollar.read("balanceOf", safe.address), claimable);
});

test("a file that was changed after it was made is not taken", () => {
  const calls = [call(dollar, "approve", splitter.address, story.REVENUE)];
  const file = writeBatch({ chainId, safe: safe.address, name: "Approve", calls });
  readBatch(file, chainId);
  file.transactions[0].contractInputsValues.value = "1";
  assert.throws(() => readBatch(file, chainId), /changed since it was made/);
  assert.throws(() => readBatch(file, 42_161), /another chain/);
});
