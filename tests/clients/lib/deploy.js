// Deploys the contracts as a platform would, with viem: create, activate, construct, wire up.
//
// The bytes are those that `tributary build --out` writes: every suite tests what is deployed.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  concatHex, encodeAbiParameters, keccak256, parseAbi, parseAbiParameters, parseEther, stringToHex,
  zeroHash,
} from "viem";
import { Chain, account } from "./chain.js";
import { CHAIN_ID } from "./node.js";
import {
  CURVE, DOLLAR, ENDOWMENT, KIND_ACCOUNT, KIND_STREAM, STAKERS_BPS, STREAM_WEEKS, TOKEN, VAULT, abi, word,
} from "./scenario.js";

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

/** Deploys to the node at `url`; the result is what suites read from the file that DEPLOYMENT names. */
export async function deploy(url, artifacts) {
  const chain = new Chain(url);
  const accounts = Object.fromEntries(ROLES.map((role, index) => [role, account(index)]));
  const { owner, alice, bob, treasury, guardian } = accounts;
  const place = (name, parameters) => placeContract(chain, owner, artifacts, name, parameters);
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

  await chain.at(vault, abi("IVault")).send(owner, "addRewardToken", dollar, STREAM_WEEKS);
  const policies = chain.at(splitter, abi("ISplitter"));
  const made = await policies.send(
    owner, "createPolicy", word("stakers 60 / treasury 40"), [vault, treasury.address],
    [STAKERS_BPS, 10_000 - STAKERS_BPS], [KIND_STREAM, KIND_ACCOUNT], [zeroHash, zeroHash],
  );
  const { policyId } = policies.event(made, "PolicyCreated");
  const source = keccak256(stringToHex("subscriptions"));
  await policies.send(owner, "addSource", source, word("Subscriptions"), policyId);
  for (const { address } of [alice, bob]) {
    await chain.at(token, abi("IToken")).send(owner, "transfer", address, ENDOWMENT);
  }

  return {
    url,
    websocket: url.replace(/^http/, "ws"),
    chainId: CHAIN_ID,
    contracts: { token, dollar, weth, vault, splitter },
    source,
    policyId: String(policyId),
    accounts: Object.fromEntries(ROLES.map((role) => [role, named(accounts[role])])),
  };
}

/** Deploys and writes the result to `file`. */
export async function deployTo(file, url, artifacts) {
  writeFileSync(file, JSON.stringify(await deploy(url, artifacts), null, 2));
}

const named = ({ address, getHdKey }) => ({
  address,
  key: `0x${Buffer.from(getHdKey().privateKey).toString("hex")}`,
});

async function placeContract(chain, owner, artifacts, name, parameters) {
  const file = (ending) => path.join(artifacts, `${name}.${ending}`);
  const read = (ending) => readFileSync(file(ending), "utf8").trim();
  for (let n = 1; existsSync(file(`fragment-${n}.hex`)); n += 1) {
    await chain.transact({ account: owner, to: CREATE2_FACTORY, data: read(`fragment-${n}.hex`) });
  }
  const { contractAddress: address } = await chain.transact({ account: owner, data: read("hex") });
  await activate(chain, owner, address);
  if (parameters) {
    await chain.transact({ account: owner, to: address, data: concatHex([CONSTRUCTOR, parameters]) });
  }
  return address;
}

/** Activates, unless a program with the same code is active already. */
export async function activate(chain, payer, program) {
  const programs = chain.at(ARB_WASM, ARB_WASM_ABI);
  const data = programs.data("activateProgram", program);
  try {
    await chain.transact({ account: payer, to: ARB_WASM, data, value: parseEther("1") });
  } catch {
    const refused = await programs.refusal(payer, "activateProgram", program);
    if (refused[0] !== "ProgramUpToDate") throw new Error(`${program} cannot be activated: ${refused}`);
  }
}

function tokenArguments({ name, symbol, decimals, supply }, holder) {
  return encodeAbiParameters(
    parseAbiParameters("bytes32, bytes32, uint8, address, uint256"),
    [word(name), word(symbol), decimals, holder.address, supply],
  );
}
