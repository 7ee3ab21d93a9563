// What `lib/deploy.js` put on chain, for the suite that runs in this process.

import { readFileSync } from "node:fs";

const file = process.env.DEPLOYMENT;
if (!file) throw new Error("DEPLOYMENT must name a deployment's JSON file; use ./run");

export const deployment = JSON.parse(readFileSync(file, "utf8"));
