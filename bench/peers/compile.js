// Compiles the peers and prints their init codes, without constructor arguments, as JSON by name.
//
// The optimiser is set as the field sets it for contracts that are deployed: 200 runs.

import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** Where a Solidity import is: among our own contracts, or in a package. */
function find(path) {
  const places = [path, join("node_modules", path)].map((place) => join(import.meta.dirname, place));
  return places.find(existsSync);
}

function read(path) {
  const place = find(path);
  return place ? { contents: readFileSync(place, "utf8") } : { error: `${path} is nowhere` };
}

/** Hands imports to the compiler, in the form that its version takes. */
const imports = { "solc": { import: read }, "solc-5": read };

function compile(compiler, path, name) {
  const input = {
    language: "Solidity",
    sources: { [path]: { content: read(path).contents } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(require(compiler).compile(JSON.stringify(input), imports[compiler]));
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
  return output.contracts[path][name].evm.bytecode.object;
}

function precompiled(path) {
  return JSON.parse(read(path).contents).bytecode.slice(2);
}

console.log(JSON.stringify({
  Token: compile("solc", "contracts/Token.sol", "Token"),
  Shares: compile("solc", "contracts/Shares.sol", "Shares"),
  Votes: compile("solc", "contracts/Votes.sol", "Votes"),
  StakingRewards: compile("solc-5", "synthetix/contracts/StakingRewards.sol", "StakingRewards"),
  PaymentSplitter: precompiled("openzeppelin-4/build/contracts/PaymentSplitter.json"),
}));
