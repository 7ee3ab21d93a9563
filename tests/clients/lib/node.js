// Starts a node as a child process, and stops it again.
//
// Both nodes tell the URL they listen on in their first lines, so port 0 (any free one) works and
// suites never collide. The executables are run directly: a wrapper would not pass on a signal.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

/** How long a node may take to listen. */
const PATIENCE_MS = 20_000;

/** The chain id of both nodes, so that signatures and addresses agree. */
export const CHAIN_ID = 412_346;

/** Starts our node: `tributary devnode`, built by `run`. */
export function startDevnode(extra = []) {
  const command = process.env.TRIBUTARY;
  if (!command) throw new Error("TRIBUTARY must name the built `tributary` executable; use ./run");
  return start(command, ["devnode", "--port", "0", ...extra], /Listening on (http:\S+?)\.?\s/);
}

/** Starts the real anvil with the same chain id and prices, at the hard fork `fork`. */
export async function startAnvil(fork, extra = []) {
  const options = ["--port", "0", "--chain-id", String(CHAIN_ID), "--hardfork", fork];
  return start(foundry("anvil"), [...options, ...extra], /Listening on (\S+)\s/);
}

/**
 * One of Foundry's executables: the one that npm installed, or on another platform than Linux on
 * amd64, for which the lock names none, the one in PATH.
 */
export function foundry(tool) {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-linux-amd64/package.json`);
    return path.join(path.dirname(manifest), "bin", tool);
  } catch {
    return tool;
  }
}

async function start(command, args, listening) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${path.basename(command)} ${why}:\n${output}`));
    const timer = setTimeout(() => fail("does not listen"), PATIENCE_MS);
    const read = (chunk) => {
      output += chunk;
      const found = listening.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1].startsWith("http") ? found[1] : `http://${found[1]}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", (error) => fail(`cannot be run (${error.message})`));
    child.on("exit", (code) => fail(`ended with ${code}`));
  });
  return { url, stop: () => stop(child) };
}

function stop(child) {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  return ended;
}
