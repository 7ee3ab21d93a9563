// AWS KMS as far as a signer needs it: `GetPublicKey` and `Sign` of secp256k1 keys, in the service's JSON
// protocol (https://docs.aws.amazon.com/kms/latest/APIReference). It looks at who a request says signed it,
// not at that signature.

import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { hexToBigInt, hexToBytes, numberToHex } from "viem";
import { privateKeyToAccount, sign } from "viem/accounts";

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A service that holds private `keys` by their ids; `asked` lists its operations, as `name of id`. */
export async function startKms(keys, { region, accessKeyId }) {
  const asked = [];
  const scope = new RegExp(`^AWS4-HMAC-SHA256 Credential=${accessKeyId}/\\d{8}/${region}/kms/aws4_request`);
  const server = http.createServer(async (request, response) => {
    const { status, body } = scope.test(request.headers.authorization)
      ? await answer(keys, asked, request)
      : refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, asked, stop: () => server.close() };
}

const refusal = (__type, message) => ({ status: 400, body: { __type, message } });

async function answer(keys, asked, request) {
  const operation = request.headers["x-amz-target"].replace("TrentService.", "");
  const { KeyId, ...parameters } = JSON.parse(Buffer.concat(await request.toArray()).toString());
  asked.push(`${operation} of ${KeyId}`);
  const key = keys[KeyId];
  if (!key) return refusal("NotFoundException", `Invalid keyId '${KeyId}'`);
  if (operation === "GetPublicKey") return { status: 200, body: { KeyId, PublicKey: publicKey(key) } };
  const { Message, MessageType, SigningAlgorithm } = parameters;
  const digest = Buffer.from(Message, "base64");
  if (operation !== "Sign" || MessageType !== "DIGEST" || SigningAlgorithm !== "ECDSA_SHA_256" || digest.length !== 32) {
    return refusal("ValidationException", `${operation} of a ${MessageType} by ${SigningAlgorithm}`);
  }
  return { status: 200, body: { KeyId, SigningAlgorithm, Signature: await signature(key, digest) } };
}

/** As X.509's SubjectPublicKeyInfo. */
function publicKey(key) {
  const point = Buffer.from(hexToBytes(privateKeyToAccount(key).publicKey));
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const parsed = createPublicKey({ key: { kty: "EC", crv: "secp256k1", x, y }, format: "jwk" });
  return parsed.export({ type: "spki", format: "der" }).toString("base64");
}

/** In DER, and with the larger `s`: KMS gives either, and Ethereum takes the smaller alone. */
async function signature(key, digest) {
  const { r, s } = await sign({ hash: `0x${digest.toString("hex")}`, privateKey: key });
  const larger = numberToHex(ORDER - hexToBigInt(s), { size: 32 });
  const numbers = Buffer.concat([integer(r), integer(larger)]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]).toString("base64");
}

/** A positive integer in DER: no zeros before it, but one if it would look negative. */
function integer(hex) {
  const digits = hexToBigInt(hex).toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  const sign = bytes[0] & 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return Buffer.concat([Buffer.of(0x02, sign.length + bytes.length), sign, bytes]);
}
