// A Safe of the real contracts (1.4.1, from npm): made, signed for and executed as its interface does.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { concatHex, encodePacked, size, zeroAddress } from "viem";
import { CHAIN_ID } from "./node.js";

const require = createRequire(import.meta.url);

/** A contract of Safe's package, by its path: `abi` and `bytecode`. */
export const safeArtifact = (path) =>
  JSON.parse(readFileSync(require.resolve(`@safe-global/safe-contracts/build/artifacts/contracts/${path}.json`), "utf8"));

const DELEGATE_CALL = 1;
const SAFE_TX = {
  SafeTx: [
    ["to", "address"], ["value", "uint256"], ["data", "bytes"], ["operation", "uint8"],
    ["safeTxGas", "uint256"], ["baseGas", "uint256"], ["gasPrice", "uint256"],
    ["gasToken", "address"], ["refundReceiver", "address"], ["nonce", "uint256"],
  ].map(([name, type]) => ({ name, type })),
};

/** Makes a Safe of `owners`, of whom `threshold` have to sign; `payer` sends the transactions. */
export async function createSafe(chain, payer, owners, threshold) {
  const create = (path) => chain.create(payer, safeArtifact(path));
  const singleton = await create("SafeL2.sol/SafeL2");
  const factory = await create("proxies/SafeProxyFactory.sol/SafeProxyFactory");
  const handler = await create("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler");
  const multiSend = await create("libraries/MultiSendCallOnly.sol/MultiSendCallOnly");
  const addresses = owners.map(({ address }) => address);
  const setup = singleton.data(
    "setup", addresses, BigInt(threshold), zeroAddress, "0x", handler.address, zeroAddress, 0n, zeroAddress,
  );
  const made = await factory.send(payer, "createProxyWithNonce", singleton.address, setup, 1n);
  const { proxy } = factory.event(made, "ProxyCreation");
  return new Safe(chain.at(proxy, singleton.abi), multiSend);
}

class Safe {
  constructor(contract, multiSend) {
    Object.assign(this, { contract, multiSend, address: contract.address });
  }

  /** Executes `batch` in one transaction of `sender`, as far as `signers` may. */
  async execute(batch, signers, sender) {
    return this.contract.send(sender, "execTransaction", ...await this.#arguments(batch, signers));
  }

  /** What `execute` is refused with. */
  async refusal(batch, signers, sender) {
    return this.contract.refusal(sender, "execTransaction", ...await this.#arguments(batch, signers));
  }

  async #arguments(batch, signers) {
    const message = {
      to: this.multiSend.address, value: 0n, data: this.multiSend.data("multiSend", packed(batch)),
      operation: DELEGATE_CALL, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zeroAddress,
      refundReceiver: zeroAddress, nonce: await this.contract.read("nonce"),
    };
    const domain = { chainId: CHAIN_ID, verifyingContract: this.address };
    // Signatures stand in the order of their signers' addresses.
    const ordered = signers.toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const signed = await Promise.all(ordered.map(
      (signer) => signer.signTypedData({ domain, types: SAFE_TX, primaryType: "SafeTx", message }),
    ));
    const { nonce: _, ...fields } = message;
    return [...Object.values(fields), concatHex(signed)];
  }
}

/** The transactions of `batch` as MultiSend reads them. */
function packed(batch) {
  const call = 0;
  return concatHex(batch.map(({ to, value, data }) => encodePacked(
    ["uint8", "address", "uint256", "uint256", "bytes"], [call, to, value, BigInt(size(data)), data],
  )));
}
