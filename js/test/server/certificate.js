import {
  X509Certificate,
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";

/** @param {number} tag @param {Buffer[]} parts */
function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length =
    size < 0x80
      ? [size]
      : size < 0x100
        ? [0x81, size]
        : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** @param {string} hex */
const bytes = (hex) => Buffer.from(hex, "hex");
/** @param {Buffer[]} parts */
const sequence = (...parts) => der(0x30, ...parts);
/** @param {Date} date */
const utcTime = (date) =>
  der(
    0x17,
    Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`),
  );

const ecdsaWithSha256 = sequence(der(0x06, bytes("2a8648ce3d040302")));
const commonName = sequence(
  der(
    0x31,
    sequence(der(0x06, bytes("550403")), der(0x0c, Buffer.from("127.0.0.1"))),
  ),
);
const subjectAltName = der(
  0xa3,
  sequence(
    sequence(
      der(0x06, bytes("551d11")),
      der(
        0x04,
        sequence(
          der(0x87, Buffer.from([127, 0, 0, 1])),
          der(0x82, Buffer.from("localhost")),
        ),
      ),
    ),
  ),
);

/**
 * A fresh certificate for 127.0.0.1 and localhost, signed by itself (RFC 5280
 * 4.1), so that no key is kept anywhere. The browser is told to take it by the
 * digest of its public key.
 *
 * @returns {{key: string, cert: string, publicKeyDigest: string}}
 */
export function createCertificate() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
  });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const day = 24 * 60 * 60 * 1000;
  const unsigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName,
    sequence(
      utcTime(new Date(Date.now() - day)),
      utcTime(new Date(Date.now() + 7 * day)),
    ),
    commonName,
    spki,
    subjectAltName,
  );
  const signature = sign("sha256", unsigned, privateKey);
  const certificate = sequence(
    unsigned,
    ecdsaWithSha256,
    der(0x03, Buffer.from([0]), signature),
  );
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: new X509Certificate(certificate).toString(),
    publicKeyDigest: createHash("sha256").update(spki).digest("base64"),
  };
}
