// cast: the real executable, as an operator types it; what it prints is what is checked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { promisify } from "node:util";
import { getAddress, keccak256, pad, stringToHex } from "viem";
import { deployment } from "../lib/deployment.js";
import { foundry } from "../lib/node.js";
import * as story from "../lib/scenario.js";

const { url, contracts, source, policyId, accounts } = deployment;
const { vault, splitter, token, dollar } = contracts;
const [owner, alice, bob] = ["owner", "alice", "bob"].map((role) => accounts[role]);
const run = promisify(execFile);
const executable = foundry("cast");

async function cast(...args) {
  const words = args.map(String);
  const { stdout } = await run(executable, words, { env: { ...process.env, ETH_RPC_URL: url, NO_COLOR: "1" } });
  return stdout.trim();
}

/** What cast says when it fails. */
async function refusal(...args) {
  const failed = await cast(...args).then(() => null, (error) => error);
  assert.ok(failed, `not refused: cast ${args.join(" ")}`);
  return failed.stderr;
}

const json = async (...args) => JSON.parse(await cast(...args, "--json"));

/** Sends with cast's own estimates. A minute has passed, so that estimate and transaction see time pass alike. */
async function send({ key }, to, signature, ...args) {
  await cast("rpc", "evm_increaseTime", 60);
  const receipt = await json("send", "--private-key", key, to, signature, ...args);
  assert.equal(receipt.status, "0x1");
  return receipt;
}

/** A number that cast prints with its scientific notation behind: `1000 [1e3]`. */
const number = (text) => BigInt(text.split(" ")[0]);
const call = async (to, signature, ...args) => number(await cast("call", to, signature, ...args));
const topic = (signature) => keccak256(stringToHex(signature));
const word = (log, index) => BigInt(`0x${log.data.slice(2 + 64 * index, 66 + 64 * index)}`);

function event(receipt, address, signature) {
  const [name] = signature.split("(");
  const found = receipt.logs.find((log) => getAddress(log.address) === getAddress(address) && log.topics[0] === topic(signature));
  assert.ok(found, `no ${name} in the receipt`);
  return found;
}

test("chain id, client, block and balance are read", async () => {
  assert.equal(await cast("chain-id"), String(deployment.chainId));
  assert.match(await cast("client"), /devnode/);
  assert.equal(number(await cast("block-number")), BigInt(await cast("block", "latest", "--field", "number")));
  assert.ok(number(await cast("balance", owner.address)) > 10n ** 18n);
  assert.match(await cast("codesize", vault), /^[1-9]\d+$/);
});

test("alice approves, stakes and locks", async () => {
  await send(alice, token, "approve(address,uint256)", vault, story.ALICE_STAKE);
  const staked = await send(alice, vault, "deposit(uint256,address)", story.ALICE_STAKE, alice.address);
  assert.equal(word(event(staked, vault, "Deposit(address,address,uint256,uint256)"), 1), story.ALICE_STAKE);
  const locked = await send(alice, vault, "lock(uint256,uint256)", story.ALICE_LOCK, story.LOCK_WEEKS);
  assert.equal(word(event(locked, vault, "Locked(address,uint256,uint256,uint256)"), 1), story.ALICE_BOOST);
  const weight = await call(vault, "weightOf(address)(uint256)", alice.address);
  assert.equal(weight, story.ALICE_STAKE + story.ALICE_BOOST);
});

test("bob stakes, with the gas that an estimate names", async () => {
  await send(bob, token, "approve(address,uint256)", vault, story.BOB_STAKE);
  const stake = [vault, "deposit(uint256,address)", story.BOB_STAKE, bob.address];
  const gas = number(await cast("estimate", "--from", bob.address, ...stake));
  assert.ok(gas > 21_000n);
  await send(bob, ...stake, "--gas-limit", gas * 3n / 2n);
});

test("revenue is divided, three weeks pass, and both claim", async () => {
  await send(owner, dollar, "approve(address,uint256)", splitter, story.REVENUE);
  await send(owner, splitter, "deposit(bytes32,address,uint256)", source, dollar, story.REVENUE);
  const pushed = await send(bob, splitter, "distribute(uint256,address)", policyId, dollar);
  assert.equal(word(event(pushed, vault, "RevenueNotified(address,address,uint256,uint256)"), 0), story.STAKERS_PART);
  await cast("rpc", "evm_increaseTime", story.PATIENCE);
  await cast("rpc", "evm_mine");
  for (const [account, earned] of [[alice, story.ALICE_EARNS], [bob, story.BOB_EARNS]]) {
    const claimable = await call(vault, "claimable(address,address)(uint256)", account.address, dollar);
    assert.ok(story.withinAUnit(claimable, earned), `${claimable} is not ${earned}`);
    await send(account, vault, "claim(address[])", `[${dollar}]`);
    assert.equal(await call(dollar, "balanceOf(address)(uint256)", account.address), claimable);
  }
});

test("logs are found by signature and by account", async () => {
  const signature = "RevenueClaimed(address indexed,address indexed,address indexed,uint256)";
  const range = ["--from-block", 0, "--address", vault];
  assert.equal((await json("logs", ...range, signature)).length, 2);
  const [ofBob, ...more] = await json("logs", ...range, signature, bob.address);
  assert.deepEqual(more, []);
  assert.equal(ofBob.topics[1], pad(bob.address.toLowerCase()));
});

test("a custom error is found in the refusal and decoded", async () => {
  const signature = "LockDurationOutOfRange(uint256,uint256,uint256)";
  const lock = [vault, "lock(uint256,uint256)", 1, 209];
  for (const refused of [
    await refusal("call", "--from", alice.address, ...lock),
    await refusal("estimate", "--from", alice.address, ...lock),
    await refusal("send", "--private-key", alice.key, ...lock),
  ]) {
    assert.match(refused, /error code 3: execution reverted/);
    const [data] = refused.match(/0x[0-9a-f]{8,}/);
    const decoded = await cast("decode-error", "--sig", signature, data);
    assert.deepEqual(decoded.split("\n"), ["209", "1", "208"]);
  }
});

test("transaction, receipt and block describe the same thing", async () => {
  const { transactionHash, blockNumber } = await send(alice, vault, "lock(uint256,uint256)", 1, 1);
  const receipt = await json("receipt", transactionHash);
  const transaction = await json("tx", transactionHash);
  const block = await json("block", BigInt(blockNumber));
  assert.equal(receipt.blockHash, block.hash);
  assert.deepEqual(block.transactions, [transactionHash]);
  assert.equal(getAddress(transaction.to), getAddress(vault));
  assert.ok(BigInt(receipt.gasUsedForL1) >= 0n && BigInt(block.l1BlockNumber) >= 0n);
});

test("a Stylus transaction is traced, with the calls it made", async () => {
  await send(bob, token, "approve(address,uint256)", vault, 5);
  const { transactionHash } = await send(bob, vault, "deposit(uint256,address)", 5, bob.address);
  const frame = JSON.parse(await cast("rpc", "debug_traceTransaction", transactionHash, '{"tracer":"callTracer"}'));
  assert.deepEqual([frame.type, getAddress(frame.to)], ["CALL", getAddress(vault)]);
  const pull = frame.calls.find(({ input }) => input.startsWith("0x23b872dd"));
  assert.equal(getAddress(pull.to), getAddress(token));
  const [outermost, ...inner] = JSON.parse(await cast("trace", transactionHash));
  assert.equal(outermost.subtraces, frame.calls.length);
  assert.ok(inner.some(({ action }) => action.input === pull.input));
});

test("cast run replays an EVM transaction with its trace", async () => {
  // It replays in a VM of its own, which knows no Stylus: against Nitro, too, EVM code is all it can.
  const path = createRequire(import.meta.url).resolve("canonical-weth/build/contracts/WETH9.json");
  const { bytecode } = JSON.parse(readFileSync(path, "utf8"));
  const created = await json("send", "--private-key", owner.key, "--create", bytecode);
  const wrapped = await json(
    "send", "--private-key", owner.key, "--value", "7", created.contractAddress, "deposit()",
  );
  const replay = await cast("run", "--quick", wrapped.transactionHash);
  assert.match(replay, /deposit\{value: 7\}\(\)|d0e30db0/);
  assert.match(replay, /Transaction successfully executed/);
  assert.equal(number(replay.match(/Gas used: (\d+)/)[1]), BigInt(wrapped.gasUsed));
});

test("snapshots and reverts work through raw calls", async () => {
  const snapshot = JSON.parse(await cast("rpc", "evm_snapshot"));
  const before = await cast("balance", bob.address);
  await cast("send", "--private-key", owner.key, "--value", "1ether", bob.address);
  assert.notEqual(await cast("balance", bob.address), before);
  assert.equal(await cast("rpc", "evm_revert", snapshot), "true");
  assert.equal(await cast("balance", bob.address), before);
});
