// Compiles Solidity in this process: our interfaces from `abi/`, the contracts of `contracts/`, and
// OpenZeppelin 5 from npm.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import newest from "solc";
import oldest from "solc-oldest";

export { newest, oldest };

const here = (...parts) => path.join(import.meta.dirname, "..", ...parts);
const openzeppelin = path.dirname(createRequire(import.meta.url).resolve("openzeppelin-5/package.json"));

/** Where an import's path leads. */
const ROOTS = {
  "abi/": here("..", "..", "abi"),
  "contracts/": here("contracts"),
  "@openzeppelin/contracts/": openzeppelin,
};

/**
 * Compiles `file`, as an import would name it, and all it imports, for the EVM of `evmVersion`.
 * Everything in it by name: `abi` and `bytecode`. A warning is an error, except in foreign sources.
 */
export function compile(file, { compiler = newest, evmVersion } = {}) {
  const input = {
    language: "Solidity",
    sources: { [file]: { content: source(file) } },
    settings: {
      evmVersion,
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const answer = compiler.compile(JSON.stringify(input), { import: resolve });
  const { errors = [], contracts } = JSON.parse(answer);
  const ours = errors.filter(({ severity, sourceLocation }) =>
    severity === "error" || !sourceLocation?.file.startsWith("@openzeppelin/"));
  if (ours.length) throw new Error(ours.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const made = Object.entries(contracts[file]).map(([name, { abi, evm }]) =>
    [name, { abi, bytecode: `0x${evm.bytecode.object}` }]);
  return Object.fromEntries(made);
}

function source(file) {
  const root = Object.keys(ROOTS).find((prefix) => file.startsWith(prefix));
  if (!root) throw new Error(`nothing is known of ${file}`);
  return readFileSync(path.join(ROOTS[root], file.slice(root.length)), "utf8");
}

/** The compiler's question for an import, in its own terms. */
function resolve(file) {
  try {
    return { contents: source(file) };
  } catch ({ message }) {
    return { error: message };
  }
}
