import { type KeyObject, X509Certificate } from "node:crypto";

const BEGIN = "-----BEGIN CERTIFICATE-----";

/**
 * The public key that values are sealed with.
 *
 * @param pem a certificate of the Sealed Secrets controller
 * @param origin where it comes from, for the error
 * @throws Error if it cannot be read, is not an RSA certificate, or is not valid at this time
 */
export function parseCertificate(pem: string, origin: string, now = new Date()): KeyObject {
  const certificate = read(pem, origin);
  const { publicKey, validFromDate, validToDate } = certificate;
  if (publicKey.asymmetricKeyType !== "rsa") {
    throw new Error(
      `the sealing certificate of ${origin} has a key of type ${String(publicKey.asymmetricKeyType)}; allowed: rsa; use the one that kubeseal --fetch-cert prints`,
    );
  }
  if (now > validToDate) {
    throw new Error(
      `the sealing certificate of ${origin} expired on ${validToDate.toISOString()}; use the one that kubeseal --fetch-cert prints, or have the controller renew its key`,
    );
  }
  if (now < validFromDate) {
    throw new Error(
      `the sealing certificate of ${origin} is valid only from ${validFromDate.toISOString()}, and it is ${now.toISOString()}; check this machine's clock`,
    );
  }
  return publicKey;
}

function read(pem: string, origin: string): X509Certificate {
  const unreadable = `the sealing certificate of ${origin} cannot be read; allowed: a certificate as PEM text, beginning with ${BEGIN}; kubeseal --fetch-cert prints it`;
  if (!pem.includes(BEGIN)) {
    throw new Error(unreadable);
  }
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(unreadable);
  }
}
