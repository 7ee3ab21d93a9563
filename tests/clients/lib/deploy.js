// Deploys the contracts as a platform would, with viem: create, activate, construct, wire up.
//
// The bytes are those that `tributary build --out` writes: every suite tests what is deployed.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  createPublicClient, createWalletClient, concatHex, defineChain, encodeAbiParameters, http,
  keccak256, parseAbi, parseAbiParameters, parseEther, parseEventLogs, stringToHex, zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { CHAIN_ID } from "./node.js";
import {
  CURVE, DOLLAR, ENDOWMENT, STAKERS_BPS, STREAM_WEEKS, TOKEN, VAULT, abi,
} from "./scenario.js";

/** The accounts that every development node funds; everybody knows their keys. */
const MNEMONIC = "test test test test test test test test test test test junk";
const ROLES = ["owner", "alice", "bob", "treasury", "guardian"];

const ARB_WASM = "0x0000000000000000000000000000000000000071";
const ARB_WASM_ABI = parseAbi([
  "function activateProgram(address program) payable returns (uint16 version, uint256 dataFee)",
  "error ProgramUpToDate()",
]);
/** Places the fragments of a program that one account cannot hold. */
const CREATE2_FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
/** Selector of `stylus_constructor()`. */
const CONSTRUCTOR = "0x5585258d";
const KIND_ACCOUNT = 0;
const KIND_STREAM = 1;

/** Deploys to the node at `url`; the result is what suites read from the file that DEPLOYMENT names. */
export async function deploy(url, artifacts) {
  const clients = connect(url);
  const place = (name, parameters) => placeContract(clients, artifacts, name, parameters);
  const { owner, alice, bob, treasury, guardian } = clients.accounts;
  const token = await place("token", tokenArguments(TOKEN, owner));
  const dollar = await place("token", tokenArguments(DOLLAR, owner));
  const weth = await place("weth");
  const vault = await place("vault", encodeAbiParameters(
    parseAbiParameters("address, address, address, bytes32, bytes32, uint32[], uint32[]"),
    [token, owner.address, guardian.address, word(VAULT.name), word(VAULT.symbol), CURVE.weeks, CURVE.bps],
  ));
  const splitter = await place("splitter", encodeAbiParameters(
    parseAbiParameters("address, address, address"), [owner.address, guardian.address, weth],
  ));

  const send = (address, contract, functionName, args) =>
    write(clients, { address, abi: abi(contract), functionName, args });
  await send(vault, "IVault", "addRewardToken", [dollar, STREAM_WEEKS]);
  const made = await send(splitter, "ISplitter", "createPolicy", [
    word("stakers 60 / treasury 40"),
    [vault, treasury.address],
    [STAKERS_BPS, 10_000 - STAKERS_BPS],
    [KIND_STREAM, KIND_ACCOUNT],
    [zeroHash, zeroHash],
  ]);
  const [{ args: { policyId } }] = parseEventLogs({ abi: abi("ISplitter"), eventName: "PolicyCreated", logs: made.logs });
  const source = keccak256(stringToHex("subscriptions"));
  await send(splitter, "ISplitter", "addSource", [source, word("Subscriptions"), policyId]);
  await send(token, "IToken", "transfer", [alice.address, ENDOWMENT]);
  await send(token, "IToken", "transfer", [bob.address, ENDOWMENT]);

  return {
    url,
    websocket: url.replace(/^http/, "ws"),
    chainId: CHAIN_ID,
    contracts: { token, dollar, weth, vault, splitter },
    source,
    policyId: String(policyId),
    accounts: Object.fromEntries(ROLES.map((role) => [role, named(clients.accounts[role])])),
  };
}

/** Deploys and writes the result to `file`. */
export async function deployTo(file, url, artifacts) {
  writeFileSync(file, JSON.stringify(await deploy(url, artifacts), null, 2));
}

/** Text of a `bytes32`: left-aligned, zero-padded. */
const word = (text) => stringToHex(text, { size: 32 });

const named = (account) => ({ address: account.address, key: keyOf(account) });

function keyOf(account) {
  return `0x${Buffer.from(account.getHdKey().privateKey).toString("hex")}`;
}

function connect(url) {
  const chain = defineChain({
    id: CHAIN_ID, name: "dev", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const accounts = Object.fromEntries(
    ROLES.map((role, addressIndex) => [role, mnemonicToAccount(MNEMONIC, { addressIndex })]),
  );
  const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 });
  const writer = createWalletClient({ chain, transport: http(), account: accounts.owner });
  return { accounts, reader, writer };
}

async function placeContract(clients, artifacts, name, parameters) {
  const file = (ending) => path.join(artifacts, `${name}.${ending}`);
  const read = (ending) => readFileSync(file(ending), "utf8").trim();
  for (let n = 1; existsSync(file(`fragment-${n}.hex`)); n += 1) {
    const placing = { to: CREATE2_FACTORY, data: read(`fragment-${n}.hex`) };
    await settle(clients, await clients.writer.sendTransaction(placing));
  }
  const data = read("hex");
  const created = await settle(clients, await clients.writer.sendTransaction({ data }));
  const address = created.contractAddress;
  await activate(clients, address);
  if (parameters) {
    const construct = { to: address, data: concatHex([CONSTRUCTOR, parameters]) };
    await settle(clients, await clients.writer.sendTransaction(construct));
  }
  return address;
}

/** Activates, unless a program with the same code is active already. */
async function activate(clients, program) {
  const call = {
    address: ARB_WASM, abi: ARB_WASM_ABI, functionName: "activateProgram", args: [program],
    value: parseEther("1"),
  };
  try {
    await write(clients, call);
  } catch (error) {
    const reason = error.walk((cause) => cause.data?.errorName);
    if (reason?.data.errorName !== "ProgramUpToDate") throw error;
  }
}

async function write(clients, call) {
  return settle(clients, await clients.writer.writeContract(call));
}

async function settle({ reader }, hash) {
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
  return receipt;
}

function tokenArguments({ name, symbol, decimals, supply }, holder) {
  return encodeAbiParameters(
    parseAbiParameters("bytes32, bytes32, uint8, address, uint256"),
    [word(name), word(symbol), decimals, holder.address, supply],
  );
}
