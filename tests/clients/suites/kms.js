// A key of AWS KMS: `tributary … --aws`, built with that feature, signs transactions and a permit with a key
// that never leaves `lib/kms.js`. What only the real service could show stays untested: credentials, its
// policies and its limits.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { formatUnits } from "viem";
import { account } from "../lib/chain.js";
import { deployment } from "../lib/deployment.js";
import { startKms } from "../lib/kms.js";
import * as story from "../lib/scenario.js";
import { dollar, splitter, token, vault } from "../lib/system.js";

const { url, source, accounts } = deployment;
const { alice, treasury } = accounts;

const region = "eu-central-1";
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const kms = await startKms({ treasury: treasury.key, "alias/alice": alice.key }, { region, accessKeyId });
after(kms.stop);

/** What the AWS client reads, and nothing of the machine's own. */
const aws = {
  AWS_ENDPOINT_URL: kms.url,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};

/** Runs `tributary` with words and variables; exit code, outputs, and what KMS was asked. */
async function tributary(words, variables = {}) {
  const site = ["--rpc-url", url, "--vault", vault.address, "--splitter", splitter.address, "--broadcast"];
  const { PATH, HOME } = process.env;
  kms.asked.length = 0;
  return new Promise((resolve) => {
    const options = { env: { PATH, HOME, ...aws, ...variables } };
    execFile(process.env.TRIBUTARY, [...words.map(String), ...site], options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr, asked: [...kms.asked] });
    });
  });
}

const dollars = formatUnits(story.REVENUE, story.DOLLAR.decimals);

test("--aws=ID signs an approval and a deposit as the key's account", async () => {
  await dollar.send(account(0), "transfer", treasury.address, story.REVENUE);
  const pushed = await tributary(["push", dollars, dollar.address, "--source", source, "--aws=treasury"]);
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.deepEqual(pushed.asked, ["GetPublicKey of treasury", "Sign of treasury", "Sign of treasury"]);
  assert.equal(await dollar.read("balanceOf", treasury.address), 0n);
  assert.equal(await splitter.read("sourceReceived", source, dollar.address), story.REVENUE);
});

test("--aws alone takes the key of AWS_KMS_KEY_ID, and signs a permit and the stake that uses it", async () => {
  const staked = await tributary(["stake", 7, "--aws"], { AWS_KMS_KEY_ID: "alias/alice" });
  assert.equal(staked.code, 0, staked.stderr);
  assert.deepEqual(staked.asked, ["GetPublicKey of alias/alice", "Sign of alias/alice", "Sign of alias/alice"]);
  const shares = await vault.read("balanceOf", alice.address);
  assert.equal(formatUnits(shares, story.TOKEN.decimals), "7");
  assert.equal(await token.read("nonces", alice.address), 1n);
});

test("a flag goes before AWS_KMS_KEY_ID", async () => {
  const staked = await tributary(["stake", 1, "--private-key", alice.key], { AWS_KMS_KEY_ID: "treasury" });
  assert.equal(staked.code, 0, staked.stderr);
  assert.deepEqual(staked.asked, []);
});

test("a key that KMS does not have is named, with what KMS says, and nothing is sent", async () => {
  const { code, stderr, asked } = await tributary(["stake", 1, "--aws=missing"]);
  assert.equal(code, 1);
  assert.match(stderr, /AWS KMS does not give the key missing/);
  assert.match(stderr, /Invalid keyId 'missing'/);
  assert.deepEqual(asked, ["GetPublicKey of missing"]);
});

test("--aws without any key asks which one", async () => {
  const { code, stderr } = await tributary(["stake", 1, "--aws"]);
  assert.equal(code, 2);
  assert.match(stderr, /--aws=KEY_ID/);
});
