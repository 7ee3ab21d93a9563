// ethers.js 6: the story through `JsonRpcProvider` and `Wallet`.
//
// With TRANSPORT=eip1193 it runs through `BrowserProvider` and a wallet's provider object instead.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BrowserProvider, Contract, JsonRpcProvider, Network, NonceManager, Signature, Transaction, Wallet,
  WebSocketProvider, getAddress, isCallException,
} from "ethers";
import { deployment } from "../lib/deployment.js";
import { eip1193 } from "../lib/eip1193.js";
import * as story from "../lib/scenario.js";

const { contracts, source, policyId, accounts } = deployment;
const network = Network.from(deployment.chainId);
const options = { staticNetwork: network, pollingInterval: 20, cacheTimeout: -1 };
const wallet = process.env.TRANSPORT === "eip1193" ? eip1193(deployment.url) : null;
const provider = wallet
  ? new BrowserProvider(wallet, network, options)
  : new JsonRpcProvider(deployment.url, network, options);
const signer = (role) => wallet
  ? provider.getSigner(accounts[role].address)
  : new NonceManager(new Wallet(accounts[role].key, provider));
const [owner, alice, bob] = await Promise.all(["owner", "alice", "bob"].map(signer));

const contract = (name, abi) => new Contract(contracts[name], story.abi(abi), provider);
const vault = contract("vault", "IVault");
const splitter = contract("splitter", "ISplitter");
const token = contract("token", "IToken");
const dollar = contract("dollar", "IToken");
const vaultAddress = getAddress(contracts.vault);
const dollarAddress = getAddress(contracts.dollar);

/** For moving the clock, which no wallet is asked to do. */
const node = new JsonRpcProvider(deployment.url, network, options);

/** Sends with ethers.js' own estimates. A minute has passed, so that estimate and transaction see time pass alike. */
async function send(client, target, name, ...args) {
  await node.send("evm_increaseTime", [60]);
  const sent = await target.connect(client)[name](...args);
  const receipt = await sent.wait();
  assert.equal(receipt.status, 1);
  return receipt;
}

const as = (client, target) => target.connect(client);

function event(receipt, target, name) {
  const ours = receipt.logs.filter((log) => getAddress(log.address) === getAddress(target.target));
  const found = ours.map((log) => target.interface.parseLog(log)).find((log) => log?.name === name);
  assert.ok(found, `no ${name} in the receipt`);
  return found.args;
}

async function refusal(call) {
  const error = await call.then(() => null, (reason) => reason);
  assert.ok(isCallException(error), `not refused: ${error}`);
  // A static call comes decoded; what an estimate is refused with, the caller looks up.
  const { name, args } = error.revert ?? vault.interface.parseError(error.data);
  return [name, [...args]];
}

test("names, decimals and the asset read as deployed", async () => {
  assert.equal(await vault.name(), story.VAULT.name);
  assert.equal(await vault.symbol(), story.VAULT.symbol);
  assert.equal(await vault.decimals(), BigInt(story.TOKEN.decimals));
  assert.equal(await vault.asset(), getAddress(contracts.token));
});

test("alice approves, stakes and locks", async () => {
  const { address } = accounts.alice;
  await send(alice, token, "approve", vaultAddress, story.ALICE_STAKE);
  const staked = await send(alice, vault, "deposit", story.ALICE_STAKE, address);
  const { sender, assets, shares } = event(staked, vault, "Deposit");
  assert.deepEqual([sender, assets, shares], [address, story.ALICE_STAKE, story.ALICE_STAKE]);
  const receipt = await send(alice, vault, "lock", story.ALICE_LOCK, story.LOCK_WEEKS);
  const { timestamp } = await provider.getBlock(receipt.blockNumber);
  const week = BigInt(timestamp) / story.WEEK;
  const { unlockTime, boost } = event(receipt, vault, "Locked");
  assert.equal(unlockTime, (week + story.LOCK_WEEKS + 1n) * story.WEEK);
  assert.equal(boost, story.ALICE_BOOST);
  const [times, assetsOf] = await vault.locksOf(address);
  assert.deepEqual([[...times], [...assetsOf]], [[unlockTime], [story.ALICE_LOCK]]);
});

/** What a wallet shows and signs for `target`, whose domain says whose it is. */
async function sign(client, target, primaryType, fields, message) {
  const { name, version, chainId, verifyingContract } = await target.eip712Domain();
  const types = { [primaryType]: Object.entries(fields).map(([field, type]) => ({ name: field, type })) };
  const { v, r, s } = Signature.from(await client.signTypedData({ name, version, chainId, verifyingContract }, types, message));
  return [v, r, s];
}

/** A permit of `value` tokens for the vault: its deadline and signature. */
async function signPermit(client, { address }, value) {
  const deadline = BigInt((await provider.getBlock("latest")).timestamp) + 3_600n;
  const message = { owner: address, spender: vaultAddress, value, nonce: await token.nonces(address), deadline };
  const fields = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };
  return [deadline, ...await sign(client, token, "Permit", fields, message)];
}

test("bob stakes with a signed permit instead of an approval", async () => {
  const { address } = accounts.bob;
  const permit = await signPermit(bob, accounts.bob, story.BOB_STAKE);
  await send(owner, token, "permit", address, vaultAddress, story.BOB_STAKE, ...permit);
  assert.equal(await token.allowance(address, vaultAddress), story.BOB_STAKE);
  await send(bob, vault, "deposit", story.BOB_STAKE, address);
  assert.equal(await vault.totalWeight(), story.ALICE_STAKE + story.ALICE_BOOST + story.BOB_STAKE);
});

test("revenue is divided between the vault and the treasury", async () => {
  await send(owner, dollar, "approve", contracts.splitter, story.REVENUE);
  const received = await send(owner, splitter, "deposit", source, dollarAddress, story.REVENUE);
  assert.equal(event(received, splitter, "RevenueReceived").amount, story.REVENUE);
  const pushed = await send(bob, splitter, "distribute", policyId, dollarAddress);
  assert.equal(event(pushed, vault, "RevenueNotified").amount, story.STAKERS_PART);
  const paid = await send(bob, splitter, "release", policyId, 1n, dollarAddress);
  assert.equal(event(paid, splitter, "PayeePaid").amount, story.TREASURY_PART);
});

test("three weeks later both claim what their weight earned", async () => {
  await node.send("evm_increaseTime", [Number(story.PATIENCE)]);
  await node.send("evm_mine", []);
  for (const [client, role, earned] of [[alice, "alice", story.ALICE_EARNS], [bob, "bob", story.BOB_EARNS]]) {
    const { address } = accounts[role];
    const claimable = await vault.claimable(address, dollarAddress);
    assert.ok(story.withinAUnit(claimable, earned), `${role} can claim ${claimable}, not ${earned}`);
    assert.deepEqual([...await as(client, vault).claim.staticCall([dollarAddress])], [claimable]);
    const receipt = await send(client, vault, "claim", [dollarAddress]);
    assert.equal(event(receipt, vault, "RevenueClaimed").amount, claimable);
    assert.equal(await dollar.balanceOf(address), claimable);
  }
});

test("the node's logs tell the story again", async () => {
  const all = await vault.queryFilter(vault.filters.RevenueClaimed(), 0);
  assert.deepEqual(all.map((log) => log.args.account), [accounts.alice.address, accounts.bob.address]);
  const ofBob = await vault.queryFilter(vault.filters.RevenueClaimed(accounts.bob.address), 0);
  assert.equal(ofBob.length, 1);
});

test("custom errors arrive with name and arguments", async () => {
  const { address } = accounts.alice;
  const tooMuch = story.ALICE_UNLOCKED + 1n;
  const as_alice = as(alice, vault);
  assert.deepEqual(
    await refusal(as_alice.transfer.staticCall(accounts.bob.address, tooMuch)),
    ["SharesLocked", [address, story.ALICE_UNLOCKED, tooMuch]],
  );
  // The estimate that precedes sending is refused with the same words.
  assert.deepEqual(await refusal(as_alice.lock(1n, 209n)), ["LockDurationOutOfRange", [209n, 1n, 208n]]);
  // The nonce manager has counted the transaction that was never sent.
  alice.reset?.();
  assert.deepEqual(await refusal(as_alice.pause.estimateGas()), ["OwnableUnauthorizedAccount", [address]]);
});

test("a transaction that reverts is mined, with status 0", async () => {
  const sent = await as(await signer("guardian"), vault).lock(1n, 209n, { gasLimit: 1_000_000n });
  await assert.rejects(sent.wait(), (error) => isCallException(error) && error.receipt.status === 0);
});

test("a legacy transaction that names no chain is taken", async () => {
  const key = new Wallet(accounts.treasury.key);
  const unprotected = Transaction.from({
    type: 0, chainId: 0, nonce: await provider.getTransactionCount(key.address),
    to: accounts.bob.address, value: 1n, gasLimit: 100_000n, gasPrice: (await provider.getFeeData()).gasPrice,
  });
  unprotected.signature = key.signingKey.sign(unprotected.unsignedHash);
  const sent = await provider.broadcastTransaction(unprotected.serialized);
  assert.equal(sent.chainId, 0n);
  assert.equal((await sent.wait()).status, 1);
});

test("blocks, transactions and receipts agree with each other", async () => {
  const head = await provider.getBlock("latest", true);
  const sent = head.prefetchedTransactions.at(-1);
  const receipt = await provider.getTransactionReceipt(sent.hash);
  assert.equal(receipt.blockHash, head.hash);
  assert.equal((await provider.getTransaction(sent.hash)).index, receipt.index);
  assert.equal((await provider.getBlock(head.hash)).number, head.number);
});

test("events arrive over a WebSocket", async () => {
  const socket = new WebSocketProvider(deployment.websocket, network, options);
  const watched = vault.connect(socket);
  const arrived = new Promise((resolve) => watched.on("Transfer", (from, to, value) => resolve({ from, to, value })));
  await socket.getBlockNumber();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await send(bob, vault, "transfer", accounts.owner.address, 7n);
  assert.deepEqual(await arrived, { from: accounts.bob.address, to: accounts.owner.address, value: 7n });
  await socket.destroy();
});

/** A piece of Bob's stake. */
const PIECE = 100n * 10n ** 18n;

test("one transaction stakes and locks with a permit", async () => {
  const permit = await signPermit(bob, accounts.bob, PIECE);
  const receipt = await send(bob, vault, "depositAndLockWithPermit", PIECE, story.LOCK_WEEKS, ...permit);
  assert.equal(event(receipt, vault, "Deposit").assets, PIECE);
  assert.equal(event(receipt, vault, "Locked").assets, PIECE);
});

test("a wallet's signature delegates, and another sends it", async () => {
  const [delegatee, delegator] = [accounts.alice.address, accounts.bob.address];
  const message = { delegatee, nonce: await vault.nonces(delegator), expiry: 2n ** 64n };
  const fields = { delegatee: "address", nonce: "uint256", expiry: "uint256" };
  const signature = await sign(bob, vault, "Delegation", fields, message);
  await send(owner, vault, "delegateBySig", ...Object.values(message), ...signature);
  assert.equal(await vault.delegates(delegator), delegatee);
  assert.equal(await vault.getVotes(delegatee), await vault.weightOf(delegator));
});

test("a standing lock stands until it is unwound", async () => {
  const { address } = accounts.bob;
  await send(bob, vault, "lockStanding", PIECE, story.LOCK_WEEKS);
  assert.deepEqual([...await vault.standingOf(address)], [PIECE, PIECE * 3n / 2n, story.LOCK_WEEKS]);
  const receipt = await send(bob, vault, "unwind", PIECE);
  assert.equal(event(receipt, vault, "Locked").boost, PIECE * 3n / 2n);
  assert.deepEqual([...await vault.standingOf(address)].slice(0, 2), [0n, 0n]);
  await send(bob, vault, "lockStanding", PIECE, 2n * story.LOCK_WEEKS);
  assert.equal((await vault.standingOf(address))[2], 2n * story.LOCK_WEEKS, "a new one may have another duration");
});

test("a lock is left early for the price that was shown", async () => {
  const { address } = accounts.alice;
  await send(owner, vault, "setPenaltyCurve", [0], [1_000], contracts.splitter, source);
  const [[unlockTime]] = await vault.locksOf(address);
  const penalty = await vault.previewExitEarly(unlockTime, PIECE);
  assert.deepEqual(
    await refusal(as(alice, vault).exitEarly.staticCall(unlockTime, PIECE, penalty - 1n)),
    ["PenaltyTooHigh", [penalty, penalty - 1n]],
  );
  const receipt = await send(alice, vault, "exitEarly", unlockTime, PIECE, penalty);
  assert.equal(event(receipt, splitter, "RevenueReceived").amount, penalty);
  assert.equal(event(receipt, vault, "ExitedEarly").penalty, PIECE / 10n);
});

test("revenue in the asset itself is staked at once, and who wants is paid by anyone", async () => {
  const [first, second] = [accounts.alice.address, accounts.bob.address];
  await send(owner, vault, "addRewardToken", token.target, story.STREAM_WEEKS);
  for (const coin of [token, dollar]) {
    await send(owner, coin, "approve", vaultAddress, story.REVENUE);
    await send(owner, vault, "notifyRevenue", coin.target, story.REVENUE);
  }
  await send(bob, vault, "setPayout", accounts.treasury.address, true);
  await node.send("evm_increaseTime", [Number(story.PATIENCE)]);
  await node.send("evm_mine", []);
  const stake = await vault.balanceOf(first);
  const earned = await vault.claimable(first, token.target);
  const owed = await vault.claimable(second, dollarAddress);
  await send(alice, vault, "compound");
  assert.ok(earned > 0n);
  assert.equal(await vault.balanceOf(first), stake + earned);
  assert.deepEqual([...await vault.claimMany.staticCall([first, second], dollarAddress)], [0n, owed]);
  const receipt = await send(owner, vault, "claimMany", [first, second], dollarAddress);
  assert.equal(event(receipt, vault, "RevenueClaimed").receiver, accounts.treasury.address);
});
