// The EVM of our node beside the real anvil's: the same transactions, the same outcome.
//
// Contracts of the field, from npm: WETH9, OpenZeppelin's presets, Uniswap V3 and a Safe. After each
// transaction receipts are compared: status, gas, logs. At the end the whole storage is, and every
// trace, step by step. What Arbitrum does differently is the last test, with its reasons.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import {
  concatHex, decodeAbiParameters, decodeFunctionResult, encodeDeployData,
  encodeFunctionData, encodePacked, parseEther, parseEventLogs, size, toHex,
  zeroAddress, zeroHash,
} from "viem";
import { account } from "../lib/chain.js";
import { safeArtifact as safe } from "../lib/safe.js";
import { Twins, ask } from "../lib/twins.js";

/** The EVM that the newest ArbOS runs. */
const FORK = "osaka";

const require = createRequire(import.meta.url);
const artifact = (path) => JSON.parse(readFileSync(require.resolve(path), "utf8"));
const oz = (name) => artifact(`@openzeppelin/contracts/build/contracts/${name}.json`);
const periphery = (path) => artifact(`@uniswap/v3-periphery/artifacts/contracts/${path}.json`);

const WETH9 = artifact("canonical-weth/build/contracts/WETH9.json");
const FACTORY = artifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json");

const twins = await Twins.start(FORK);
after(() => twins.stop());
const [alice, bob, carol] = [0, 1, 2].map(account);

/** A contract on both nodes: `send`, `read` and `refused` by function name. */
async function deploy(label, { abi, bytecode }, args = []) {
  const data = encodeDeployData({ abi, bytecode, args });
  const { contractAddress } = await twins.send(`create ${label}`, alice, { data });
  return at(contractAddress, abi, label);
}

function at(address, abi, label) {
  const data = (functionName, args) => encodeFunctionData({ abi, functionName, args });
  const call = (account, name, args) =>
    twins.call(`${label}.${name}`, { from: account.address, to: address, data: data(name, args) });
  return {
    address,
    data,
    events: (receipt, eventName) => parseEventLogs({ abi, eventName, logs: receipt.logs }),
    async send(account, name, args = [], value = 0n) {
      const receipt = await twins.send(`${label}.${name}`, account, { to: address, value, data: data(name, args) });
      assert.equal(receipt.status, "0x1", `${label}.${name}`);
      return receipt;
    },
    async read(name, args = []) {
      return decodeFunctionResult({ abi, functionName: name, data: await call(alice, name, args) });
    },
    async refused(account, name, args = []) {
      assert.equal((await call(account, name, args)).code, 3, `${label}.${name} was not refused`);
      const receipt = await twins.send(`${label}.${name}, refused`, account, { to: address, data: data(name, args) });
      assert.equal(receipt.status, "0x0");
    },
  };
}

let weth;

test("WETH9 wraps, moves and unwraps", async () => {
  weth = await deploy("WETH9", WETH9);
  await weth.send(alice, "deposit", [], parseEther("5"));
  await twins.send("WETH9 fallback", bob, { to: weth.address, value: parseEther("1") });
  await weth.send(alice, "transfer", [bob.address, 7n]);
  await weth.send(alice, "approve", [bob.address, 2n ** 256n - 1n]);
  await weth.send(bob, "transferFrom", [alice.address, carol.address, 9n]);
  await weth.send(bob, "withdraw", [parseEther("1")]);
  await weth.refused(carol, "withdraw", [10n]);
  assert.equal(await weth.read("totalSupply"), parseEther("5"));
});

test("OpenZeppelin's ERC-20 presets mint, pause and refuse", async () => {
  const fixed = await deploy("ERC20PresetFixedSupply", oz("ERC20PresetFixedSupply"), ["Fixed", "FIX", 1_000n, alice.address]);
  await fixed.send(alice, "transfer", [bob.address, 1_000n]);
  await fixed.send(bob, "burn", [1n]);
  await fixed.refused(alice, "transfer", [bob.address, 1n]);
  const minted = await deploy("ERC20PresetMinterPauser", oz("ERC20PresetMinterPauser"), ["Minted", "MNT"]);
  await minted.send(alice, "mint", [bob.address, 500n]);
  await minted.send(alice, "pause");
  await minted.refused(bob, "transfer", [carol.address, 1n]);
  await minted.send(alice, "unpause");
  await minted.send(bob, "transfer", [carol.address, 1n]);
  await minted.refused(bob, "mint", [bob.address, 1n]);
  await minted.send(alice, "grantRole", [await minted.read("MINTER_ROLE"), bob.address]);
  await minted.send(bob, "mint", [bob.address, 1n]);
});

test("OpenZeppelin's PaymentSplitter pays by shares", async () => {
  const splitter = await deploy("PaymentSplitter", oz("PaymentSplitter"), [[bob.address, carol.address], [3n, 1n]]);
  await twins.send("PaymentSplitter receives", alice, { to: splitter.address, value: 1_001n });
  assert.equal(await splitter.read("releasable", [bob.address]), 750n);
  await splitter.send(alice, "release", [bob.address]);
  await splitter.refused(alice, "release", [bob.address]);
});

test("OpenZeppelin's TimelockController makes its operations wait", async () => {
  const delay = 3_600n;
  const timelock = await deploy("TimelockController", oz("TimelockController"), [delay, [alice.address], [zeroAddress], zeroAddress]);
  const operation = [timelock.address, 0n, timelock.data("updateDelay", [7_200n]), zeroHash, zeroHash];
  await timelock.send(alice, "schedule", [...operation, delay]);
  await timelock.refused(bob, "execute", operation);
  twins.wait(delay);
  await timelock.send(bob, "execute", operation);
  assert.equal(await timelock.read("getMinDelay"), 7_200n);
});

test("Uniswap V3 makes a pool, takes liquidity, quotes and swaps", async () => {
  const factory = await deploy("UniswapV3Factory", FACTORY);
  const manager = await deploy(
    "NonfungiblePositionManager",
    periphery("NonfungiblePositionManager.sol/NonfungiblePositionManager"),
    [factory.address, weth.address, zeroAddress],
  );
  const router = await deploy("SwapRouter", periphery("SwapRouter.sol/SwapRouter"), [factory.address, weth.address]);
  const quoter = await deploy("QuoterV2", periphery("lens/QuoterV2.sol/QuoterV2"), [factory.address, weth.address]);
  const supply = parseEther("1000000");
  const coin = await deploy("coin", oz("ERC20PresetFixedSupply"), ["Coin", "CN", supply, alice.address]);
  for (const { address } of [manager, router]) {
    await coin.send(alice, "approve", [address, supply]);
    await weth.send(alice, "approve", [address, supply]);
  }
  const pair = [weth.address, coin.address].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const fee = 3_000;
  const par = 2n ** 96n;
  await manager.send(alice, "createAndInitializePoolIfNecessary", [...pair, fee, par]);
  const minted = await manager.send(alice, "mint", [{
    token0: pair[0], token1: pair[1], fee, tickLower: -6_000, tickUpper: 6_000,
    amount0Desired: parseEther("2"), amount1Desired: parseEther("2"), amount0Min: 0n, amount1Min: 0n,
    recipient: alice.address, deadline: twins.time + 600n,
  }]);
  const [{ args: { tokenId, liquidity } }] = manager.events(minted, "IncreaseLiquidity");
  const amountIn = parseEther("0.1");
  const [quoted] = await quoter.read("quoteExactInputSingle", [
    { tokenIn: coin.address, tokenOut: weth.address, amountIn, fee, sqrtPriceLimitX96: 0n },
  ]);
  assert.ok(quoted > 0n && quoted < amountIn);
  const before = await weth.read("balanceOf", [alice.address]);
  await router.send(alice, "exactInputSingle", [{
    tokenIn: coin.address, tokenOut: weth.address, fee, recipient: alice.address,
    deadline: twins.time + 600n, amountIn, amountOutMinimum: quoted, sqrtPriceLimitX96: 0n,
  }]);
  assert.equal(await weth.read("balanceOf", [alice.address]), before + quoted);
  await manager.send(alice, "decreaseLiquidity", [{
    tokenId, liquidity: liquidity / 2n, amount0Min: 0n, amount1Min: 0n, deadline: twins.time + 600n,
  }]);
  const most = 2n ** 128n - 1n;
  await manager.send(alice, "collect", [{ tokenId, recipient: alice.address, amount0Max: most, amount1Max: most }]);
});

test("a Safe of two owners executes a signed batch", async () => {
  const singleton = await deploy("Safe", safe("SafeL2.sol/SafeL2"));
  const factory = await deploy("SafeProxyFactory", safe("proxies/SafeProxyFactory.sol/SafeProxyFactory"));
  const handler = await deploy("FallbackHandler", safe("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"));
  const multi = await deploy("MultiSend", safe("libraries/MultiSend.sol/MultiSend"));
  const owners = [alice, bob].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const setup = singleton.data("setup", [
    owners.map(({ address }) => address), 2n, zeroAddress, "0x", handler.address, zeroAddress, 0n, zeroAddress,
  ]);
  const made = await factory.send(alice, "createProxyWithNonce", [singleton.address, setup, 1n]);
  const [{ args: { proxy } }] = factory.events(made, "ProxyCreation");
  const account = at(proxy, safe("SafeL2.sol/SafeL2").abi, "Safe proxy");
  await twins.send("fund the Safe", alice, { to: proxy, value: 1_000n });
  await weth.send(alice, "transfer", [proxy, 50n]);

  const part = (to, value, data) => encodePacked(
    ["uint8", "address", "uint256", "uint256", "bytes"], [0, to, value, BigInt(size(data)), data],
  );
  const batch = concatHex([
    part(weth.address, 0n, weth.data("transfer", [carol.address, 30n])),
    part(carol.address, 600n, "0x"),
  ]);
  const delegateCall = 1;
  const transaction = [multi.address, 0n, multi.data("multiSend", [batch]), delegateCall, 0n, 0n, 0n, zeroAddress, zeroAddress];
  const hash = await account.read("getTransactionHash", [...transaction, 0n]);
  const signatures = concatHex(await Promise.all(owners.map((owner) => owner.sign({ hash }))));
  await account.refused(carol, "execTransaction", [...transaction, "0x"]);
  const executed = await account.send(carol, "execTransaction", [...transaction, signatures]);
  assert.equal(account.events(executed, "ExecutionSuccess").length, 1);
  assert.equal(await weth.read("balanceOf", [proxy]), 20n);
  assert.deepEqual(await twins.both("eth_getBalance", [proxy, "latest"]), [toHex(400n), toHex(400n)]);
});

/** EIP-2935's block hashes: Ethereum's forks put them at genesis; ArbOS has a contract of its own. */
const BLOCK_HASHES = "0x0000f90827f1c53a10cb7a02335b175320002935";
/** Anvil places it without the nonce that its creation gave it; ours has it. */
const CREATE2_FACTORY = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

test("every account holds the same code, nonce and storage", async () => {
  const dump = await ask(twins.anvil.url, "anvil_dumpState", []);
  const { accounts } = JSON.parse(gunzipSync(Buffer.from(dump.slice(2), "hex")));
  let slots = 0;
  for (const [address, { nonce, code, storage }] of Object.entries(accounts)) {
    if (address === BLOCK_HASHES) continue;
    if (code === "0x" && Object.keys(storage).length === 0 && Number(nonce) === 0) continue;
    const ours = Number(await ask(twins.ours.url, "eth_getTransactionCount", [address, "latest"]));
    assert.equal(ours, address === CREATE2_FACTORY ? 1 : Number(nonce), address);
    assert.equal(await ask(twins.ours.url, "eth_getCode", [address, "latest"]), code, address);
    for (const [slot, value] of Object.entries(storage)) {
      const held = await ask(twins.ours.url, "eth_getStorageAt", [address, slot, "latest"]);
      assert.equal(BigInt(held), BigInt(value), `${address} ${slot}`);
      slots += 1;
    }
  }
  assert.ok(slots > 100, `only ${slots} slots were compared`);
});

test("every transaction has the same call trace", async () => {
  for (const { label, hash } of twins.sent) {
    const [ours, anvil] = await twins.both("debug_traceTransaction", [hash, { tracer: "callTracer", tracerConfig: { withLog: true } }]);
    // Of the outermost frame geth tells the transaction's gas limit, and so do we.
    assert.equal(BigInt(ours.gas), BigInt((await ask(twins.ours.url, "eth_getTransactionByHash", [hash])).gas));
    assert.deepEqual({ ...ours, gas: anvil.gas }, anvil, label);
  }
});

test("every transaction has the same flat trace", async () => {
  // The block's hash is each chain's own. Of a frame that reverted, ours omits the result.
  const comparable = ({ blockHash, result, ...frame }) => (frame.error ? frame : { ...frame, result });
  for (const { label, hash } of twins.sent) {
    const [ours, anvil] = await twins.both("trace_transaction", [hash]);
    assert.deepEqual(ours.map(comparable), anvil.map(comparable), label);
  }
});

test("every transaction takes the same steps", async () => {
  const quiet = { disableStorage: true, disableStack: true, enableMemory: false };
  const step = ({ pc, op, gas, gasCost, depth }) => [pc, op, gas, gasCost, depth].join(" ");
  for (const { label, hash } of twins.sent) {
    const [ours, anvil] = await twins.both("debug_traceTransaction", [hash, quiet]);
    const [mine, theirs] = [ours, anvil].map(({ structLogs }) => structLogs.map(step));
    const first = mine.findIndex((line, index) => line !== theirs[index]);
    assert.equal(first, -1, `${label}, step ${first}: ours ${mine[first]}, anvil ${theirs[first]}`);
    assert.equal(mine.length, theirs.length, label);
    assert.equal(ours.gas, anvil.gas, label);
  }
});

test("what Arbitrum does differently differs, and nothing else", async () => {
  // PUSH0-free probe: each opcode's word, one after the other, is returned.
  const probes = { NUMBER: 0x43, TIMESTAMP: 0x42, COINBASE: 0x41, PREVRANDAO: 0x44, GASLIMIT: 0x45, CHAINID: 0x46 };
  const words = Object.values(probes).map((op, index) => concatHex([toHex(op), "0x60", toHex(32 * index, { size: 1 }), "0x52"]));
  const code = concatHex([...words, "0x60", toHex(32 * words.length, { size: 1 }), "0x6000f3"]);
  const init = concatHex(["0x60", toHex(size(code), { size: 1 }), "0x80600b6000396000f3", code]);
  const { contractAddress } = await twins.send("create the probe", alice, { data: init });
  const answers = await twins.both("eth_call", [{ to: contractAddress }, "latest"]);
  const types = words.map(() => ({ type: "uint256" }));
  const [ours, anvil] = answers.map((data) => decodeAbiParameters(types, data));
  const seen = Object.fromEntries(Object.keys(probes).map((name, index) => [name, [ours[index], anvil[index]]]));
  const differing = Object.keys(seen).filter((name) => seen[name][0] !== seen[name][1]);
  assert.deepEqual(differing.sort(), ["COINBASE", "GASLIMIT", "NUMBER", "PREVRANDAO"]);
  // NUMBER is the height of L1, which a development chain has none of; the height of L2 is ArbSys's.
  assert.equal(seen.NUMBER[0], 0n);
  // Blocks are made by the sequencer, without randomness, and take 2^50 gas.
  assert.equal(toHex(seen.COINBASE[0], { size: 20 }), "0xa4b000000000000000000073657175656e636572");
  assert.equal(seen.PREVRANDAO[0], 1n);
  assert.equal(seen.GASLIMIT[0], 2n ** 50n);
  const [head] = await twins.both("eth_getBlockByNumber", ["latest", false]);
  for (const field of ["l1BlockNumber", "sendCount", "sendRoot"]) assert.ok(field in head, field);
});
