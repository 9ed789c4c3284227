// A web site of its own with TLS on loopback, for browsers that are told not to look at certificates.
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:https";

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT = 0x06;
const ECDSA_WITH_SHA256 = Buffer.from("2a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("550403", "hex");
const ALTERNATIVE_NAME = Buffer.from("551d11", "hex");

/** Distinguished encoding (X.690): a tag, a length, and what is in it. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** A certificate that a fresh key signed for itself (RFC 5280), and that key. */
function selfSigned(host) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const algorithm = der(SEQUENCE, der(OBJECT, ECDSA_WITH_SHA256));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT, COMMON_NAME), der(0x0c, Buffer.from(host)))));
  const validity = der(SEQUENCE, der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("491231000000Z")));
  const names = der(SEQUENCE, der(OBJECT, ALTERNATIVE_NAME), der(0x04, der(SEQUENCE, der(0x82, Buffer.from(host)))));
  const body = der(SEQUENCE, der(0xa0, der(0x02, [2])), der(0x02, [1]), algorithm, name, validity, name, publicKey, der(0xa3, der(SEQUENCE, names)));
  const signature = sign("sha256", body, createPrivateKey(privateKey));
  const certificate = der(SEQUENCE, body, algorithm, der(0x03, [0], signature));
  return { key: privateKey, cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n` };
}

/** Serves `https://<host>/` by a function; `flags` lead a Chromium there. */
export async function startSite(host, handle) {
  const server = createServer(selfSigned(host), handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    flags: [`--host-resolver-rules=MAP ${host}:443 127.0.0.1:${server.address().port}`],
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
