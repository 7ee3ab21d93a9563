// Two nodes that are told the same, and compared in all they answer.
//
// A transaction is signed once and the same bytes go to both, in a block of the same time, so whatever
// differs afterwards is the nodes' doing.

import assert from "node:assert/strict";
import { toHex } from "viem";
import { account } from "./chain.js";
import { CHAIN_ID, startAnvil, startDevnode } from "./node.js";

/** Below the cap that EIP-7825 puts on one transaction. */
const GAS = 16_000_000n;
/** Above what either node charges. */
const MAX_FEE = 10_000_000_000n;
/** How far two estimates of the same may be apart. */
const ESTIMATES_DIFFER_BY = 0.03;

export class Twins {
  #nonces = new Map();
  #time;
  /** What was sent: label and hash. */
  sent = [];

  /** Starts both nodes, with the EVM of the hard fork `fork`. */
  static async start(fork) {
    const twins = new Twins();
    [twins.ours, twins.anvil] = await Promise.all([startDevnode(), startAnvil(fork, ["--steps-tracing"])]);
    const now = await ask(twins.ours.url, "eth_getBlockByNumber", ["latest", false]);
    twins.#time = Number(now.timestamp) + 1_000;
    return twins;
  }

  stop() {
    return Promise.all([this.ours.stop(), this.anvil.stop()]);
  }

  /** The time of the latest block. */
  get time() {
    return BigInt(this.#time);
  }

  /** Lets time pass before the next transaction. */
  wait(seconds) {
    this.#time += Number(seconds);
  }

  /** One question to both: `[ours, anvil]`. */
  both(method, params = []) {
    return Promise.all([ask(this.ours.url, method, params), ask(this.anvil.url, method, params)]);
  }

  /** Sends `request` of `account` to both, compares the receipts, and returns anvil's. */
  async send(label, account, request) {
    const nonce = this.#nonces.get(account.address) ?? 0;
    this.#nonces.set(account.address, nonce + 1);
    const raw = await account.signTransaction({
      type: "eip1559", chainId: CHAIN_ID, nonce, gas: GAS,
      maxFeePerGas: MAX_FEE, maxPriorityFeePerGas: 0n, ...request,
    });
    this.#time += 10;
    await this.both("evm_setNextBlockTimestamp", [this.#time]);
    await this.#estimate(label, account, request);
    const [hash] = await this.both("eth_sendRawTransaction", [raw]);
    this.sent.push({ label, hash });
    const receipts = [this.ours, this.anvil].map(({ url }) => receipt(url, hash));
    const [ours, anvil] = (await Promise.all(receipts)).map(comparable);
    assert.deepEqual(ours, anvil, label);
    return anvil;
  }

  /** Both search for the least gas, each in its own steps: they agree to a few parts in a hundred. */
  async #estimate(label, { address: from }, { to, value = 0n, data }) {
    const request = { from, to, value: toHex(value), data };
    const answers = await Promise.all([this.ours, this.anvil].map(
      ({ url }) => ask(url, "eth_estimateGas", [request]).then(Number, ({ code, data }) => ({ code, data })),
    ));
    const [ours, anvil] = answers;
    if (typeof anvil !== "number") return assert.deepEqual(ours, anvil, label);
    assert.ok(Math.abs(ours / anvil - 1) <= ESTIMATES_DIFFER_BY, `${label}: estimates ${ours} and ${anvil}`);
  }

  /** Calls on both, compares what they return or refuse, and returns it. */
  async call(label, request) {
    const answers = await Promise.all([this.ours, this.anvil].map(
      ({ url }) => ask(url, "eth_call", [request, "latest"]).catch(({ code, data, message }) => ({ code, data, message })),
    ));
    assert.deepEqual(answers[0], answers[1], label);
    return answers[1];
  }
}

/** Our node has mined when it answers; anvil, a moment later. */
async function receipt(url, hash) {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const found = await ask(url, "eth_getTransactionReceipt", [hash]);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${url} did not mine ${hash}`);
}

/** What must be the same in both receipts; prices and block hashes are each chain's own. */
function comparable({ status, type, from, to, contractAddress, gasUsed, cumulativeGasUsed, logsBloom, logs }) {
  const log = ({ address, topics, data, logIndex }) => ({ address, topics, data, logIndex });
  return { status, type, from, to, contractAddress, gasUsed, cumulativeGasUsed, logsBloom, logs: logs.map(log) };
}

/** One JSON-RPC question; an error is thrown with code and data. */
export async function ask(url, method, params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const { error, result } = await (await fetch(url, { method: "POST", headers, body })).json();
  if (error) throw Object.assign(new Error(`${method}: ${error.message}`), error);
  return result;
}
