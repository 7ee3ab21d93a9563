// cargo stylus: what a Stylus developer types, for our contracts, against our node.
//
// `--no-verify` keeps the build out of Docker. The cache manager that a development chain starts with
// is a shell (Nitro's own development chain has the same one), so the real one is put on chain first,
// from npm, and made a manager by the chain's owner.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { promisify, stripVTControlCharacters } from "node:util";
import {
  createPublicClient, createWalletClient, defineChain, encodeFunctionData, http, isAddressEqual, keccak256,
  parseAbi, stringToHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { deployment } from "../lib/deployment.js";
import * as story from "../lib/scenario.js";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = path.join(import.meta.dirname, "../../..");
const { url, accounts } = deployment;
const { owner, guardian } = accounts;
/** Owns every development chain of Nitro; everybody knows its key. */
const CHAIN_OWNER = "0xb6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659";
const ARB_WASM = {
  address: "0x0000000000000000000000000000000000000071",
  abi: parseAbi([
    "function codehashVersion(bytes32) view returns (uint16)",
    "function programVersion(address) view returns (uint16)",
    "error ProgramNotActivated()",
  ]),
};
const ARB_WASM_CACHE = {
  address: "0x0000000000000000000000000000000000000072",
  abi: parseAbi(["function codehashIsCached(bytes32) view returns (bool)"]),
};
const ARB_OWNER = {
  address: "0x0000000000000000000000000000000000000070",
  abi: parseAbi(["function addWasmCacheManager(address)"]),
};

const chain = defineChain({
  id: deployment.chainId, name: "dev", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 });
const writer = (key) => createWalletClient({ chain, transport: http(), account: privateKeyToAccount(key) });

/** Runs `cargo stylus` in a contract's directory; both outputs, without colours. */
async function stylus(contract, ...args) {
  const cwd = path.join(root, "contracts", contract);
  const { stdout, stderr } = await run("cargo", ["stylus", ...args], { cwd, maxBuffer: 2 ** 26 });
  return { stdout, said: stripVTControlCharacters(stdout + stderr) };
}

const remote = ["--endpoint", url];
const signed = [...remote, "--private-key", owner.key];

async function deploy(contract, ...args) {
  const { said } = await stylus(contract, "deploy", "--no-verify", ...signed, ...args);
  return said.match(/deployed code at address: (0x[0-9a-f]{40})/i)[1];
}

const read = (address, abi, functionName, args = []) =>
  reader.readContract({ address, abi: story.abi(abi), functionName, args });
const word = (text) => stringToHex(text, { size: 32 });

for (const contract of ["token", "weth", "vault", "splitter"]) {
  test(`check: ${contract} could be activated`, async () => {
    const { said } = await stylus(contract, "check", ...remote);
    assert.match(said, /contract size: \d/);
    assert.match(said, /wasm data fee: \d/);
  });
}

for (const [contract, abi] of [["token", "IToken"], ["weth", "IWeth"], ["vault", "IVault"], ["splitter", "ISplitter"]]) {
  test(`export-abi: ${contract} prints its interface`, async () => {
    const { stdout } = await stylus(contract, "export-abi");
    assert.equal(stdout, readFileSync(path.join(root, "abi", `${abi}.sol`), "utf8"));
  });
}

test("constructor: the vault prints its signature", async () => {
  const { stdout } = await stylus("vault", "constructor");
  assert.match(stdout, /^constructor\(address asset, .*uint32\[\] memory multipliers\)\n$/);
});

let weth;
let token;

test("deploy: without a constructor, and activated", async () => {
  weth = await deploy("weth");
  assert.ok((await reader.readContract({ ...ARB_WASM, functionName: "programVersion", args: [weth] })) > 0);
  assert.equal(await read(weth, "IWeth", "decimals"), 18);
});

test("deploy: with constructor arguments, through the StylusDeployer", async () => {
  token = await deploy("token", "--constructor-args", word("Cargo"), word("CRG"), "6", owner.address, "1000000");
  assert.equal(await read(token, "IToken", "name"), "Cargo");
  assert.equal(await read(token, "IToken", "balanceOf", [owner.address]), 1_000_000n);
});

test("deploy: with addresses, text and lists as constructor arguments", async () => {
  const vault = await deploy(
    "vault", "--constructor-args", token, owner.address, guardian.address, word("Staked"), word("stCRG"),
    "[0,52]", "[10000,25000]",
  );
  assert.ok(isAddressEqual(await read(vault, "IVault", "asset"), token));
  assert.deepEqual(await read(vault, "IVault", "curve"), [[0, 52], [10_000, 25_000]]);
  const splitter = await deploy("splitter", "--constructor-args", owner.address, guardian.address, weth);
  assert.ok(isAddressEqual(await read(splitter, "ISplitter", "weth"), weth));
});

test("deploy: a wrong number of constructor arguments is refused before anything is sent", async () => {
  const before = await reader.getTransactionCount({ address: owner.address });
  await assert.rejects(deploy("token", "--constructor-args", word("Cargo")), /mismatch number of constructor arguments/);
  assert.equal(await reader.getTransactionCount({ address: owner.address }), before);
});

test("activate: what was only created", async () => {
  // The bytes of `tributary build`: not those that cargo stylus builds, so nobody activated them yet.
  const wasm = path.join(process.env.ARTIFACTS, "weth.wasm");
  const idle = await deploy("weth", "--no-activate", "--wasm-file", wasm);
  const version = { ...ARB_WASM, functionName: "programVersion", args: [idle] };
  await assert.rejects(reader.readContract(version), /ProgramNotActivated/);
  const { said } = await stylus("weth", "activate", ...signed, "--address", idle);
  assert.match(said, /successfully activated contract/);
  assert.ok((await reader.readContract(version)) > 0);
});

test("cache: bids for a place, and has it", async () => {
  const manager = await cacheManager();
  const { said: before } = await stylus("weth", "cache", "status", ...remote, "--address", weth);
  assert.match(before, /not.*cached/i);
  await stylus("weth", "cache", "suggest-bid", weth, ...remote);
  const { said } = await stylus("weth", "cache", "bid", weth, "0", ...signed);
  assert.match(said, /Successfully cached contract/);
  const program = keccak256(await reader.getCode({ address: weth }));
  assert.ok(await reader.readContract({ ...ARB_WASM_CACHE, functionName: "codehashIsCached", args: [program] }));
  assert.ok((await reader.readContract({ ...manager, functionName: "queueSize" })) > 0n);
});

/** The real cache manager behind a proxy, as chains have it. */
async function cacheManager() {
  const { abi, bytecode } = require("@arbitrum/nitro-contracts/build/contracts/src/chain/CacheManager.sol/CacheManager.json");
  const proxy = require("@openzeppelin/contracts/build/contracts/ERC1967Proxy.json");
  const chainOwner = writer(CHAIN_OWNER);
  const create = async (call) => {
    const hash = await chainOwner.deployContract(call);
    return (await reader.waitForTransactionReceipt({ hash })).contractAddress;
  };
  const logic = await create({ abi, bytecode });
  const size = 32n * 1024n * 1024n;
  const initialise = encodeFunctionData({ abi, functionName: "initialize", args: [size, 0n] });
  const address = await create({ abi: proxy.abi, bytecode: proxy.bytecode, args: [logic, initialise] });
  const hash = await chainOwner.writeContract({ ...ARB_OWNER, functionName: "addWasmCacheManager", args: [address] });
  assert.equal((await reader.waitForTransactionReceipt({ hash })).status, "success");
  return { address, abi };
}

test("trace: a transaction's host calls are listed", async () => {
  const hash = await writer(owner.key).sendTransaction({ to: weth, value: 7n });
  await reader.waitForTransactionReceipt({ hash });
  const { said } = await stylus("weth", "trace", ...remote, "--tx", hash);
  assert.match(said, /storage_cache_bytes32|storage_load_bytes32/);
});
