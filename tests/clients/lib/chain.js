// One chain through viem, for what is not about a client: the deployment, and the suites that drive
// contracts of others.

import assert from "node:assert/strict";
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createTestClient, createWalletClient,
  defineChain, encodeFunctionData, getAddress, http, isAddressEqual, parseEventLogs,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { CHAIN_ID } from "./node.js";

/** The accounts that every development node funds; everybody knows their keys. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** Number `addressIndex` of the accounts that have ETH from the beginning. */
export const account = (addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex });

export class Chain {
  constructor(url) {
    const chain = defineChain({
      id: CHAIN_ID, name: "dev", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    const transport = http();
    this.reader = createPublicClient({ chain, transport, pollingInterval: 20 });
    this.writer = createWalletClient({ chain, transport });
    this.clock = createTestClient({ chain, transport, mode: "anvil" });
  }

  /** The time of the latest block. */
  async now() {
    return (await this.reader.getBlock()).timestamp;
  }

  /** Lets time pass, and makes a block that shows it. */
  async wait(seconds) {
    await this.clock.increaseTime({ seconds: Number(seconds) });
    await this.clock.mine({ blocks: 1 });
  }

  /** Sends whatever viem's `sendTransaction` takes. The receipt, of success. */
  async transact(request) {
    const hash = await this.writer.sendTransaction(request);
    const receipt = await this.reader.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success", `transaction ${hash} reverted`);
    return receipt;
  }

  /** Creates an EVM contract from what a compiler made. `callees` as for `at`. */
  async create(from, { abi, bytecode, callees }, ...args) {
    const hash = await this.writer.deployContract({ abi, bytecode, args, account: from });
    const { status, contractAddress } = await this.reader.waitForTransactionReceipt({ hash });
    assert.equal(status, "success");
    return this.at(contractAddress, abi, callees);
  }

  /** The contract at `address`. Errors of `callees`, ABIs of contracts that it calls, come decoded too. */
  at(address, abi, callees = []) {
    const passing = callees.flat().filter(({ type }) => type === "error");
    return new Contract(this, getAddress(address), [...abi, ...passing]);
  }
}

/** A contract, driven by function name. */
class Contract {
  constructor(chain, address, abi) {
    Object.assign(this, { chain, address, abi });
  }

  data(functionName, ...args) {
    return encodeFunctionData({ abi: this.abi, functionName, args });
  }

  read(functionName, ...args) {
    return this.chain.reader.readContract({ address: this.address, abi: this.abi, functionName, args });
  }

  /**
   * Sends with viem's own estimate. A minute passes first, so that estimate and transaction see time
   * pass alike.
   */
  async send(from, functionName, ...args) {
    await this.chain.clock.increaseTime({ seconds: 60 });
    return this.chain.transact({ account: from, to: this.address, data: this.data(functionName, ...args) });
  }

  /** What a call that has to fail is refused with: the error's name and arguments. */
  async refusal(from, functionName, ...args) {
    const { address, abi } = this;
    const call = { address, abi, functionName, args, account: from };
    const failure = await this.chain.reader.simulateContract(call).then(() => null, (error) => error);
    assert.ok(failure instanceof BaseError, `${functionName} was not refused`);
    const { data, raw } = failure.walk((cause) => cause instanceof ContractFunctionRevertedError);
    return data ? [data.errorName, data.args ?? []] : raw;
  }

  /** The arguments of the first `eventName` that this contract logged in `receipt`. */
  event(receipt, eventName) {
    const logs = receipt.logs.filter((log) => isAddressEqual(log.address, this.address));
    const [found] = parseEventLogs({ abi: this.abi, eventName, logs });
    assert.ok(found, `no ${eventName} in the receipt`);
    return found.args;
  }
}
