// Batch files of Safe's Transaction Builder, read as that application does.

import assert from "node:assert/strict";
import { encodeFunctionData, keccak256, toHex } from "viem";

/** The transactions of a file, `{ to, value, data }`, or an error if the application would not take it as it is. */
export function readBatch(file, chainId) {
  assert.equal(file.version, "1.0");
  assert.equal(file.chainId, String(chainId), "the batch is of another chain");
  assert.equal(file.meta.checksum, checksum(file), "the batch was changed since it was made");
  return file.transactions.map(({ to, value, data, contractMethod, contractInputsValues }) => {
    const inputs = Object.values(contractInputsValues ?? {});
    for (const text of [value, ...inputs]) assert.equal(typeof text, "string", "numbers have to be strings");
    return { to, value: BigInt(value), data: data || encode(contractMethod, contractInputsValues) };
  });
}

function encode({ name, inputs }, values) {
  const method = { type: "function", name, inputs, outputs: [], stateMutability: "payable" };
  const args = inputs.map((input) => parsed(input.type, values[input.name]));
  return encodeFunctionData({ abi: [method], functionName: name, args });
}

/** A field's text as a value: lists in brackets, whole numbers in decimals. */
function parsed(type, text) {
  const item = /^(.*)\[\d*\]$/.exec(type)?.[1];
  if (item) return elements(text).map((part) => parsed(item, part.replace(/["']/g, "").trim()));
  if (/^u?int/.test(type)) return BigInt(text);
  if (type === "bool") return text === "true";
  return text;
}

function elements(text) {
  const inner = /^\[(.*)\]$/s.exec(text.trim())?.[1];
  assert.ok(inner !== undefined, `no list: ${text}`);
  return inner.trim() === "" ? [] : inner.split(",");
}

/** What the application's checksum covers: all but the name, and the checksum itself. */
function checksum({ meta: { checksum: _, ...meta }, ...file }) {
  return keccak256(toHex(serialized({ ...file, meta: { ...meta, name: null } })));
}

function serialized(value) {
  if (Array.isArray(value)) return `[${value.map(serialized).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${JSON.stringify(keys)}${keys.map((key) => `${serialized(value[key])},`).join("")}}`;
}
