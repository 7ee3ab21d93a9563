// viem: the story through `createPublicClient` and `createWalletClient`.
//
// With TRANSPORT=eip1193 the same story runs through a wallet's provider object: no key is in this
// process then, and the node signs.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createTestClient, createWalletClient,
  custom, defineChain, erc20Abi, getAddress, http, isAddressEqual, parseEther, parseEventLogs, parseSignature,
  publicActions, toHex, webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { deployment } from "../lib/deployment.js";
import { eip1193 } from "../lib/eip1193.js";
import * as story from "../lib/scenario.js";

const { contracts, source, accounts } = deployment;
const policyId = BigInt(deployment.policyId);
const VAULT = { address: contracts.vault, abi: story.abi("IVault") };
const SPLITTER = { address: contracts.splitter, abi: story.abi("ISplitter") };
const TOKEN = { address: contracts.token, abi: story.abi("IToken") };
const DOLLAR = { address: contracts.dollar, abi: story.abi("IToken") };

const wallet = process.env.TRANSPORT === "eip1193" ? eip1193(deployment.url) : null;
const chain = defineChain({
  id: deployment.chainId,
  name: "dev",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [deployment.url], webSocket: [deployment.websocket] } },
});
const transport = wallet ? custom(wallet) : http();
const reader = createPublicClient({ chain, transport, pollingInterval: 20 });
const time = createTestClient({ chain, transport: http(), mode: "anvil" });
const writer = (role) => createWalletClient({
  chain,
  transport,
  account: wallet ? accounts[role].address : privateKeyToAccount(accounts[role].key),
}).extend(publicActions);
const [owner, alice, bob] = ["owner", "alice", "bob"].map(writer);

/** Sends with viem's own estimates. A minute has passed, so that estimate and transaction see time pass alike. */
async function send(client, call) {
  await time.increaseTime({ seconds: 60 });
  const hash = await client.writeContract(call);
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  return receipt;
}

function event(receipt, { abi, address }, eventName) {
  const logs = receipt.logs.filter((log) => isAddressEqual(log.address, address));
  const [found] = parseEventLogs({ abi, eventName, logs });
  assert.ok(found, `no ${eventName} in the receipt`);
  return found.args;
}

async function refusal(call) {
  try {
    await reader.simulateContract(call);
  } catch (error) {
    assert.ok(error instanceof BaseError);
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    return reverted.data;
  }
  assert.fail(`${call.functionName} was not refused`);
}

test("names, decimals and the asset read as deployed", async () => {
  const read = (functionName) => reader.readContract({ ...VAULT, functionName });
  assert.equal(await read("name"), story.VAULT.name);
  assert.equal(await read("symbol"), story.VAULT.symbol);
  assert.equal(await read("decimals"), story.TOKEN.decimals);
  assert.ok(isAddressEqual(await read("asset"), contracts.token));
});

test("many reads go through one deployless multicall", async () => {
  const calls = ["alice", "bob"].map((role) => ({
    address: contracts.token, abi: erc20Abi, functionName: "balanceOf", args: [accounts[role].address],
  }));
  const balances = await reader.multicall({ contracts: calls, allowFailure: false, deployless: true });
  assert.deepEqual(balances, [story.ENDOWMENT, story.ENDOWMENT]);
});

test("alice approves and stakes", async () => {
  await send(alice, { ...TOKEN, functionName: "approve", args: [VAULT.address, story.ALICE_STAKE] });
  const args = [story.ALICE_STAKE, accounts.alice.address];
  const { assets, shares, sender } = event(
    await send(alice, { ...VAULT, functionName: "deposit", args }), VAULT, "Deposit",
  );
  assert.deepEqual([assets, shares], [story.ALICE_STAKE, story.ALICE_STAKE]);
  assert.ok(isAddressEqual(sender, accounts.alice.address));
});

test("alice locks and weighs more", async () => {
  const args = [story.ALICE_LOCK, story.LOCK_WEEKS];
  const receipt = await send(alice, { ...VAULT, functionName: "lock", args });
  const { timestamp } = await reader.getBlock({ blockHash: receipt.blockHash });
  const locked = event(receipt, VAULT, "Locked");
  assert.equal(locked.boost, story.ALICE_BOOST);
  assert.equal(locked.unlockTime, (timestamp / story.WEEK + story.LOCK_WEEKS + 1n) * story.WEEK);
  const weight = await reader.readContract({
    ...VAULT, functionName: "weightOf", args: [accounts.alice.address],
  });
  assert.equal(weight, story.ALICE_STAKE + story.ALICE_BOOST);
});

/** What a wallet shows and signs for `contract`, whose domain says whose it is. */
async function sign(client, contract, primaryType, fields, message) {
  const { domain, fields: named } = await reader.getEip712Domain(contract);
  // Name, version, chain and contract, but no salt: what is not named must not be signed.
  assert.equal(named, "0x0f");
  assert.ok(isAddressEqual(domain.verifyingContract, contract.address));
  const { salt: _, ...signing } = domain;
  const types = { [primaryType]: Object.entries(fields).map(([name, type]) => ({ name, type })) };
  const { r, s, v } = parseSignature(await client.signTypedData({ domain: signing, types, primaryType, message }));
  return [Number(v), r, s];
}

/** A permit of `value` tokens for the vault: what `permit` takes, but for the owner. */
async function signPermit(client, role, value) {
  const { address } = accounts[role];
  const spender = getAddress(VAULT.address);
  const nonce = await reader.readContract({ ...TOKEN, functionName: "nonces", args: [address] });
  const deadline = (await reader.getBlock()).timestamp + 3_600n;
  const fields = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };
  const signature = await sign(client, TOKEN, "Permit", fields, { owner: address, spender, value, nonce, deadline });
  return { spender, value, deadline, signature };
}

test("bob stakes with a signed permit instead of an approval", async () => {
  const { spender, value, deadline, signature } = await signPermit(bob, "bob", story.BOB_STAKE);
  const args = [accounts.bob.address, spender, value, deadline, ...signature];
  await send(owner, { ...TOKEN, functionName: "permit", args });
  await send(bob, { ...VAULT, functionName: "deposit", args: [story.BOB_STAKE, accounts.bob.address] });
  const total = await reader.readContract({ ...VAULT, functionName: "totalWeight" });
  assert.equal(total, story.ALICE_STAKE + story.ALICE_BOOST + story.BOB_STAKE);
});

test("revenue is divided between the vault and the treasury", async () => {
  await send(owner, { ...DOLLAR, functionName: "approve", args: [SPLITTER.address, story.REVENUE] });
  const deposit = { ...SPLITTER, functionName: "deposit", args: [source, DOLLAR.address, story.REVENUE] };
  assert.equal(event(await send(owner, deposit), SPLITTER, "RevenueReceived").amount, story.REVENUE);
  const distribute = { ...SPLITTER, functionName: "distribute", args: [policyId, DOLLAR.address] };
  const pushed = event(await send(bob, distribute), VAULT, "RevenueNotified");
  assert.equal(pushed.amount, story.STAKERS_PART);
  const release = { ...SPLITTER, functionName: "release", args: [policyId, 1n, DOLLAR.address] };
  assert.equal(event(await send(bob, release), SPLITTER, "PayeePaid").amount, story.TREASURY_PART);
});

test("three weeks later both claim what their weight earned", async () => {
  await time.increaseTime({ seconds: Number(story.PATIENCE) });
  await time.mine({ blocks: 1 });
  for (const [client, role, earned] of [[alice, "alice", story.ALICE_EARNS], [bob, "bob", story.BOB_EARNS]]) {
    const account = accounts[role].address;
    const claimable = await reader.readContract({
      ...VAULT, functionName: "claimable", args: [account, DOLLAR.address],
    });
    assert.ok(story.withinAUnit(claimable, earned), `${role} can claim ${claimable}, not ${earned}`);
    const receipt = await send(client, { ...VAULT, functionName: "claim", args: [[DOLLAR.address]] });
    assert.equal(event(receipt, VAULT, "RevenueClaimed").amount, claimable);
    const balance = await reader.readContract({ ...DOLLAR, functionName: "balanceOf", args: [account] });
    assert.equal(balance, claimable);
  }
});

test("the node's logs tell the story again", async () => {
  const logs = await reader.getContractEvents({ ...VAULT, eventName: "RevenueClaimed", fromBlock: 0n });
  assert.deepEqual(logs.map((log) => log.args.account), [accounts.alice.address, accounts.bob.address]);
  const { account } = logs[0].args;
  const ofAlice = await reader.getContractEvents({
    ...VAULT, eventName: "RevenueClaimed", args: { account }, fromBlock: 0n,
  });
  assert.equal(ofAlice.length, 1);
});

test("custom errors arrive with name and arguments", async () => {
  const account = accounts.alice.address;
  const tooMuch = story.ALICE_UNLOCKED + 1n;
  assert.deepEqual(
    pick(await refusal({ ...VAULT, account, functionName: "transfer", args: [accounts.bob.address, tooMuch] })),
    ["SharesLocked", [account, story.ALICE_UNLOCKED, tooMuch]],
  );
  assert.deepEqual(
    pick(await refusal({ ...VAULT, account, functionName: "lock", args: [1n, 209n] })),
    ["LockDurationOutOfRange", [209n, 1n, 208n]],
  );
  assert.deepEqual(
    pick(await refusal({ ...VAULT, account, functionName: "pause" })),
    ["OwnableUnauthorizedAccount", [account]],
  );
});

const pick = ({ errorName, args }) => [errorName, args];

test("a transaction that reverts is mined, with status 0 and its gas", async () => {
  const call = { ...VAULT, functionName: "lock", args: [1n, 209n], gas: 1_000_000n };
  const receipt = await reader.waitForTransactionReceipt({ hash: await alice.writeContract(call) });
  assert.equal(receipt.status, "reverted");
  assert.ok(receipt.gasUsed > 21_000n && receipt.gasUsed < 1_000_000n);
});

test("legacy and access-list transactions are mined as what they are", async () => {
  for (const [type, extra] of [["legacy", {}], ["eip2930", { accessList: [{ address: DOLLAR.address, storageKeys: [toHex(1n, { size: 32 })] }] }]]) {
    const hash = await alice.sendTransaction({ to: accounts.bob.address, value: 1n, type, gasPrice: await reader.getGasPrice(), ...extra });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    assert.equal(receipt.type, type);
    assert.equal((await reader.getTransaction({ hash })).type, type);
  }
});

// A wallet object offers no way to sign an authorization.
test("an account takes on a contract's code for itself (EIP-7702)", { skip: Boolean(wallet) }, async () => {
  const carol = writer("guardian");
  const authorization = await carol.signAuthorization({ contractAddress: contracts.weth, executor: "self" });
  const hash = await carol.sendTransaction({ to: carol.account.address, authorizationList: [authorization] });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.deepEqual([receipt.status, receipt.type], ["success", "eip7702"]);
  const code = await reader.getCode({ address: carol.account.address });
  assert.equal(code, `0xef0100${contracts.weth.slice(2)}`);
});

test("state overrides lend an account a balance for one call", async () => {
  const nobody = "0x00000000000000000000000000000000000000aa";
  const call = { account: nobody, to: accounts.bob.address, value: parseEther("1") };
  await assert.rejects(reader.call(call));
  await reader.call({ ...call, stateOverride: [{ address: nobody, balance: parseEther("2") }] });
});

test("fees are estimated as on Arbitrum: no tip", async () => {
  const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas();
  assert.equal(maxPriorityFeePerGas, 0n);
  assert.ok(maxFeePerGas >= 100_000_000n);
});

test("events and blocks arrive over a WebSocket", async () => {
  const socket = createPublicClient({ chain, transport: webSocket() });
  const seen = { heads: [], transfers: [] };
  const unwatch = [
    socket.watchBlocks({ onBlock: (block) => seen.heads.push(block.number) }),
    socket.watchContractEvent({ ...VAULT, eventName: "Transfer", onLogs: (logs) => seen.transfers.push(...logs) }),
  ];
  await settled(async () => (await socket.getBlockNumber()) > 0n);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const receipt = await send(bob, { ...VAULT, functionName: "transfer", args: [accounts.owner.address, 7n] });
  await settled(() => seen.heads.includes(receipt.blockNumber) && seen.transfers.length > 0);
  assert.equal(seen.transfers[0].args.value, 7n);
  unwatch.forEach((stop) => stop());
  (await socket.transport.getRpcClient()).close();
});

/** Waits until `condition` holds, or fails after five seconds. */
async function settled(condition) {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("nothing arrived within five seconds");
}

const view = (functionName, ...args) => reader.readContract({ ...VAULT, functionName, args });
/** A piece of Bob's stake. */
const PIECE = parseEther("100");

test("one transaction stakes with a permit, even when somebody used the permit before", async () => {
  const { address } = accounts.bob;
  for (const [functionName, isEarly] of [["depositWithPermit", false], ["depositAndLockWithPermit", true]]) {
    const { spender, value, deadline, signature } = await signPermit(bob, "bob", PIECE);
    if (isEarly) {
      await send(owner, { ...TOKEN, functionName: "permit", args: [address, spender, value, deadline, ...signature] });
    }
    const before = await view("balanceOf", address);
    const to = functionName === "depositWithPermit" ? address : story.LOCK_WEEKS;
    await send(bob, { ...VAULT, functionName, args: [PIECE, to, deadline, ...signature] });
    assert.equal(await view("balanceOf", address), before + PIECE);
  }
});

test("a wallet's signature delegates, and another sends it", async () => {
  const delegatee = accounts.alice.address;
  const message = { delegatee, nonce: await view("nonces", accounts.bob.address), expiry: 2n ** 64n };
  const signature = await sign(bob, VAULT, "Delegation", { delegatee: "address", nonce: "uint256", expiry: "uint256" }, message);
  const receipt = await send(owner, { ...VAULT, functionName: "delegateBySig", args: [...Object.values(message), ...signature] });
  assert.equal(event(receipt, VAULT, "DelegateChanged").delegator, accounts.bob.address);
  const votes = await view("getVotes", delegatee);
  assert.ok(votes > 0n);
  assert.deepEqual([event(receipt, VAULT, "DelegateVotesChanged").newVotes, await view("weightOf", accounts.bob.address)], [votes, votes]);
});

test("a standing lock stands until it is unwound", async () => {
  const { address } = accounts.bob;
  const boost = PIECE * 3n / 2n;
  const locked = await send(bob, { ...VAULT, functionName: "lockStanding", args: [PIECE, story.LOCK_WEEKS] });
  assert.deepEqual(event(locked, VAULT, "StandingLocked"), { account: address, durationWeeks: story.LOCK_WEEKS, assets: PIECE, boost });
  assert.deepEqual(await view("standingOf", address), [PIECE, boost, story.LOCK_WEEKS]);
  const unwound = await send(bob, { ...VAULT, functionName: "unwind", args: [PIECE / 2n] });
  assert.deepEqual(event(unwound, VAULT, "Unwound"), { account: address, assets: PIECE / 2n, boost: boost / 2n });
  assert.deepEqual(await view("standingOf", address), [PIECE / 2n, boost / 2n, story.LOCK_WEEKS]);
});

test("a lock is left early for the price that was shown, which is revenue", async () => {
  const { address } = accounts.alice;
  const [[unlockTime]] = await view("locksOf", address);
  const exit = (maxPenalty) => ({ ...VAULT, functionName: "exitEarly", args: [unlockTime, PIECE, maxPenalty], account: address });
  assert.deepEqual(pick(await refusal(exit(PIECE))), ["NoEarlyExit", undefined]);
  await send(owner, { ...VAULT, functionName: "setPenaltyCurve", args: [[0], [1_000], SPLITTER.address, source] });
  const penalty = await view("previewExitEarly", unlockTime, PIECE);
  assert.equal(penalty, PIECE / 10n);
  assert.deepEqual(pick(await refusal(exit(penalty - 1n))), ["PenaltyTooHigh", [penalty, penalty - 1n]]);
  const free = await view("unlockedBalanceOf", address);
  const { account: _, ...call } = exit(penalty);
  const receipt = await send(alice, call);
  assert.equal(event(receipt, VAULT, "ExitedEarly").penalty, penalty);
  assert.equal(event(receipt, SPLITTER, "RevenueReceived").amount, penalty);
  assert.equal(await view("unlockedBalanceOf", address), free + PIECE - penalty);
});

test("revenue in the asset itself is staked at once, and who wants is paid by anyone", async () => {
  const [first, second] = [accounts.alice.address, accounts.bob.address];
  await send(owner, { ...VAULT, functionName: "addRewardToken", args: [TOKEN.address, story.STREAM_WEEKS] });
  for (const coin of [TOKEN, DOLLAR]) {
    await send(owner, { ...coin, functionName: "approve", args: [VAULT.address, story.REVENUE] });
    await send(owner, { ...VAULT, functionName: "notifyRevenue", args: [coin.address, story.REVENUE] });
  }
  await send(bob, { ...VAULT, functionName: "setPayout", args: [accounts.treasury.address, true] });
  await time.increaseTime({ seconds: Number(story.PATIENCE) });
  await time.mine({ blocks: 1 });
  const [stake, earned, owed] = await Promise.all([
    view("balanceOf", first), view("claimable", first, TOKEN.address), view("claimable", second, DOLLAR.address),
  ]);
  await send(alice, { ...VAULT, functionName: "compound", args: [] });
  assert.ok(earned > 0n);
  assert.equal(await view("balanceOf", first), stake + earned);
  const receipt = await send(owner, { ...VAULT, functionName: "claimMany", args: [[first, second], DOLLAR.address] });
  const paid = parseEventLogs({ abi: VAULT.abi, eventName: "RevenueClaimed", logs: receipt.logs });
  assert.deepEqual(paid.map(({ args: { account, receiver, amount } }) => [account, receiver, amount]), [[second, accounts.treasury.address, owed]]);
});

test("a wallet was asked for what wallets are asked for", { skip: !wallet }, () => {
  for (const method of ["eth_sendTransaction", "eth_signTypedData_v4", "eth_call"]) {
    assert.ok(wallet.methods.has(method), method);
  }
});
