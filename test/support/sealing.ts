import {
  constants,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";

import { execa } from "execa";

import { folderWith } from "./folder.ts";

/** A key pair that nobody keeps. Small, so that it is made quickly. */
export function throwawayKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

/** Opens a sealed value step by step as the controller's Go code does. */
export function open(sealed: string, privateKey: KeyObject, label: string): Buffer {
  const bytes = Buffer.from(sealed, "base64");
  const end = 2 + bytes.readUInt16BE(0);
  const sessionKey = privateDecrypt(
    {
      key: privateKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha256",
      oaepLabel: Buffer.from(label),
    },
    bytes.subarray(2, end),
  );
  const decipher = createDecipheriv("aes-256-gcm", sessionKey, Buffer.alloc(12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(end, -16)), decipher.final()]);
}

/** A self-signed certificate of a key, valid from now on for two days. */
export async function certificateOf(privateKey: KeyObject): Promise<string> {
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const cwd = folderWith({ "key.pem": pem });
  const subject = ["-key", "key.pem", "-subj", "/CN=sealing", "-days", "2"];
  return (await execa("openssl", ["req", "-new", "-x509", ...subject], { cwd })).stdout;
}
