// Runs client suites, each against a node and a deployment of its own, and prints a line for each:
// `node main.js [--heavy] [part of a name]…`. `run` and `run-heavy` prepare what it needs.
//
// A suite is a program. It finds the deployment in the file that DEPLOYMENT names, writes lines that
// begin with `ok` for what it found true, and ends with 0 if everything was.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { deployTo } from "./lib/deploy.js";
import { foundry, startDevnode } from "./lib/node.js";

const here = import.meta.dirname;
const version = (name) => JSON.parse(text(`node_modules/${name}/package.json`)).version;
const script = (name) => [process.execPath, ["--test-force-exit", "--test-reporter=tap", path.join(here, "suites", `${name}.js`)]];

const text = (file) => readFileSync(path.join(here, file), "utf8");
/** What the executable says: `cast Version: 1.7.1`. */
const foundryVersion = (tool) => execFileSync(foundry(tool), ["--version"], { encoding: "utf8" }).match(/\d+\.\d+\.\d+/)[0];
/** The version that a Cargo.lock holds. */
const locked = (file, crate) => text(file).match(new RegExp(`name = "${crate}"\nversion = "(.*)"`))[1];
/** The version that requirements.txt holds. */
const pinned = (name) => text("requirements.txt").match(new RegExp(`^${name}==(.*)$`, "m"))[1];

const SUITES = [
  { name: `cast ${foundryVersion("cast")}`, command: script("cast") },
  { name: `viem ${version("viem")}`, command: script("viem") },
  { name: `viem ${version("viem")}, EIP-1193`, command: script("viem"), env: { TRANSPORT: "eip1193" } },
  { name: `ethers.js ${version("ethers")}`, command: script("ethers") },
  { name: `ethers.js ${version("ethers")}, EIP-1193`, command: script("ethers"), env: { TRANSPORT: "eip1193" } },
  { name: `web3.py ${pinned("web3")}`, command: [process.env.PYTHON, [path.join(here, "suites", "web3_py.py")]] },
  { name: `alloy ${locked("../../Cargo.lock", "alloy")}, AnyNetwork`, command: [process.env.CLIENT_ALLOY, []] },
  { name: `anvil ${foundryVersion("anvil")}, side by side`, command: script("parity"), alone: true },
  { name: `Safe ${version("@safe-global/safe-contracts")}`, command: script("safe") },
  { name: `solc ${version("solc-oldest")} to ${version("solc")}`, command: script("solidity") },
  { name: `Governor of OpenZeppelin ${version("openzeppelin-5")}`, command: script("governance") },
  { name: "tributary with a key of KMS", command: script("kms"), heavy: true },
  { name: `ethers-rs ${locked("ethers-rs/Cargo.lock", "ethers")}`, command: [process.env.ETHERS_RS, []], heavy: true },
  { name: "cargo stylus 0.10.10", command: script("cargo_stylus"), heavy: true, patience: 30 * 60_000 },
];

/** How long a suite may take. */
const PATIENCE_MS = 120_000;

const wanted = process.argv.slice(2).filter((word) => word !== "--heavy");
const isHeavy = process.argv.includes("--heavy");
const chosen = SUITES
  .filter(({ heavy = false }) => heavy === isHeavy)
  .filter(({ name }) => !wanted.length || wanted.some((word) => name.includes(word)));
if (!chosen.length) throw new Error(`no suite is called ${wanted.join(" or ")}`);

let failures = 0;
for (const suite of chosen) {
  const begun = performance.now();
  const { passed, failed, output } = await play(suite);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(`${failed ? "FAIL" : "ok  "}  ${suite.name.padEnd(30)} ${String(passed).padStart(3)} checks  ${seconds} s`);
  if (!failed) continue;
  failures += 1;
  console.log(output.replace(/^/gm, "      "));
}
process.exitCode = failures ? 1 : 0;

async function play({ command: [program, args], env, alone, patience = PATIENCE_MS }) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "clients-"));
  const file = path.join(scratch, "deployment.json");
  const node = alone ? null : await startDevnode();
  try {
    if (node) await deployTo(file, node.url, process.env.ARTIFACTS);
    const { code, output } = await collect(program, args, { ...process.env, ...env, DEPLOYMENT: file }, patience);
    const passed = output.match(/^ok\b(?!.*# SKIP)/gm)?.length ?? 0;
    return { passed, output, failed: code !== 0 || passed === 0 };
  } finally {
    await node?.stop();
    rmSync(scratch, { recursive: true });
  }
}

function collect(program, args, env, timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout });
    let output = "";
    child.stdout.on("data", (chunk) => { output += chunk; });
    child.stderr.on("data", (chunk) => { output += chunk; });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
