// A treasury's Safe: `tributary … --safe-batch FILE` writes a batch, two of three owners sign what the
// Transaction Builder makes of the file, and the real contracts execute it, in one transaction.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { formatUnits, keccak256, stringToHex, zeroHash } from "viem";
import { readBatch } from "../lib/batch.js";
import { account } from "../lib/chain.js";
import { deployment } from "../lib/deployment.js";
import { createSafe } from "../lib/safe.js";
import * as story from "../lib/scenario.js";
import { chain, dollar, splitter, token, vault, weth } from "../lib/system.js";

const { url, chainId, contracts, source } = deployment;

const owner = account(0);
const relayer = account(1);
const signers = [5, 6, 7].map(account);
const [first, second, third] = signers;
const safe = await createSafe(chain, relayer, signers, 2);

const folder = mkdtempSync(path.join(os.tmpdir(), "safe-"));
after(() => rmSync(folder, { recursive: true }));
const fileOf = (name) => path.join(folder, `${name}.json`);
const content = (name) => JSON.parse(readFileSync(fileOf(name), "utf8"));

/** Adds to batch `name` what `tributary` makes of a command line. */
async function write(name, ...words) {
  const options = [
    "--rpc-url", url, "--vault", vault.address, "--splitter", splitter.address,
    "--safe", safe.address, "--safe-batch", fileOf(name),
  ];
  await promisify(execFile)(process.env.TRIBUTARY, [...words.map(String), ...options], { cwd: folder });
}

/** The transactions of batch `name` when a command line was added. */
async function batch(name, ...words) {
  await write(name, ...words);
  return readBatch(content(name), chainId);
}

const dollars = formatUnits(story.REVENUE, story.DOLLAR.decimals);
const tokens = (amount) => formatUnits(amount, story.TOKEN.decimals);
let push;

test("one signature of three is not enough", async () => {
  await dollar.send(owner, "transfer", safe.address, story.REVENUE);
  push = await batch("push", "push", dollars, dollar.address, "--source", source);
  assert.deepEqual(push.map(({ to }) => to.toLowerCase()), [contracts.dollar, contracts.splitter]);
  assert.deepEqual(await safe.refusal(push, [second], relayer), ["Error", ["GS020"]]);
});

test("two of three push revenue: approval and deposit in one transaction", async () => {
  const receipt = await safe.execute(push, [third, first], relayer);
  const { source: label, sender, amount } = splitter.event(receipt, "RevenueReceived");
  assert.deepEqual([label, sender, amount], [source, safe.address, story.REVENUE]);
  assert.equal(await dollar.read("balanceOf", safe.address), 0n);
  assert.equal(await dollar.read("allowance", safe.address, splitter.address), 0n);
});

test("ETH of the Safe is revenue too", async () => {
  const value = 10n ** 18n;
  await chain.transact({ account: owner, to: safe.address, value });
  await safe.execute(await batch("ether", "push", 1, "eth", "--source", source), [first, second], relayer);
  assert.equal(await splitter.read("sourceReceived", source, weth.address), value);
});

test("the Safe becomes owner of vault and splitter by accepting both", async () => {
  for (const contract of [vault, splitter]) await contract.send(owner, "transferOwnership", safe.address);
  await safe.execute(await batch("accept", "role", "accept", "--of", "both"), [first, second], relayer);
  for (const contract of [vault, splitter]) assert.equal(await contract.read("owner"), safe.address);
});

const THREE_QUARTERS = `
  name = "stakers 25 / Safe 75"
  payees = [{ to = "vault", bps = 2_500 }, { to = "${safe.address}", bps = 7_500 }]
`;

test("the Safe makes a policy, and points a source at it and changes the curve in one batch", async () => {
  const policyId = await splitter.read("policyCount") + 1n;
  const plan = path.join(folder, "policy.toml");
  writeFileSync(plan, THREE_QUARTERS);
  await safe.execute(await batch("policy", "policy", "create", plan), [second, third], relayer);
  assert.deepEqual(await splitter.read("policy", policyId), [
    story.word("stakers 25 / Safe 75"), [vault.address, safe.address], [2_500, 7_500],
    [story.KIND_STREAM, story.KIND_ACCOUNT], [zeroHash, zeroHash],
  ]);
  await write("change", "source", "set-policy", source, "--policy", policyId);
  const both = await batch("change", "curve", "set", "0:10000", "52:25000", "104:30000");
  assert.equal(both.length, 2);
  await safe.execute(both, [second, third], relayer);
  assert.deepEqual(await splitter.read("sourceInfo", source), [story.word("Subscriptions"), policyId]);
  assert.deepEqual(await vault.read("curve"), [[0, 52, 104], [10_000, 25_000, 30_000]]);
});

test("a batch of which one call fails changes nothing", async () => {
  const before = await vault.read("curve");
  const unknown = keccak256(stringToHex("no such source"));
  const failing = { to: splitter.address, value: 0n, data: splitter.data("setSourcePolicy", unknown, 1n) };
  const broken = [...await batch("curve", "curve", "set", "0:10000"), failing];
  assert.deepEqual(await safe.refusal(broken, [first, second], relayer), ["Error", ["GS013"]]);
  assert.deepEqual(await vault.read("curve"), before);
});

test("the Safe itself stakes, locks and earns", async () => {
  await token.send(owner, "transfer", safe.address, story.ALICE_STAKE);
  await write("stake", "stake", tokens(story.ALICE_UNLOCKED));
  const stakes = await batch("stake", "stake", tokens(story.ALICE_LOCK), "--weeks", story.LOCK_WEEKS);
  await safe.execute(stakes, [first, third], relayer);
  assert.equal(await vault.read("weightOf", safe.address), story.ALICE_STAKE + story.ALICE_BOOST);
  await splitter.send(relayer, "distribute", BigInt(deployment.policyId), dollar.address);
  await chain.wait(story.PATIENCE);
  const claimable = await vault.read("claimable", safe.address, dollar.address);
  assert.ok(story.withinAUnit(claimable, story.STAKERS_PART), `${claimable} can be claimed`);
  await safe.execute(await batch("claim", "claim", dollar.address), [first, second], relayer);
  assert.equal(await dollar.read("balanceOf", safe.address), claimable);
});

test("a file that was changed after it was made is taken by neither the Builder nor the command", async () => {
  const file = content("push");
  assert.throws(() => readBatch(file, 42_161), /another chain/);
  file.transactions[0].contractInputsValues.spender = relayer.address;
  assert.throws(() => readBatch(file, chainId), /changed since it was made/);
  writeFileSync(fileOf("push"), JSON.stringify(file));
  await assert.rejects(write("push", "curve", "set", "0:10000"), /changed|checksum/i);
});
