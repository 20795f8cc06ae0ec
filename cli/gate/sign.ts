import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { masked } from "../../mask/mask.ts";
import { type Envelope, payloadOf } from "../../provider/statements/envelope.ts";
import { CommandFailure } from "../exit-code.ts";

const INSTALL =
  "install it, e.g. with brew install cosign or go install github.com/sigstore/cosign/v3/cmd/cosign@latest";
const MILLISECONDS = 180_000;
const REASON_CHARACTERS = 1000;

/**
 * Signs a statement with cosign, which knows keys of every place.
 *
 * @param key what cosign takes as `--key`: a file, or the address of a key elsewhere
 * @returns the Sigstore bundle
 * @throws CommandFailure if there is no cosign, or it does not sign
 */
export async function signed(text: string, key: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-sign-"));
  try {
    const statement = join(folder, "statement.json");
    const bundle = join(folder, "bundle.json");
    await writeFile(statement, text, { mode: 0o600 });
    await cosign([
      "attest-blob",
      `--key=${key}`,
      `--statement=${statement}`,
      `--bundle=${bundle}`,
      "--yes",
      // A log that everybody can read would have the names of images and findings.
      "--use-signing-config=false",
      "--tlog-upload=false",
    ]);
    const result = await readFile(bundle, "utf8");
    if (payloadIn(result) !== text) {
      throw new CommandFailure("cosign must sign the statement that it was given, got another one");
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function payloadIn(bundle: string): string {
  const { dsseEnvelope } = JSON.parse(bundle) as {
    readonly dsseEnvelope?: Partial<Envelope>;
  };
  return payloadOf({ payload: dsseEnvelope?.payload ?? "" });
}

function cosign(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "cosign",
      [...args],
      { timeout: MILLISECONDS },
      (error, _stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        if (error.code === "ENOENT") {
          const why = "the program cosign is not on the PATH, and statements are signed with it";
          reject(new CommandFailure(`${why}; ${INSTALL}`));
          return;
        }
        const reason = masked(lastLine(stderr) ?? error.message).slice(0, REASON_CHARACTERS);
        reject(
          new CommandFailure(
            `--key: cosign does not sign: ${reason}; check the key, and COSIGN_PASSWORD for one in a file; cosign 3 or later is needed`,
          ),
        );
      },
    );
    // It would ask for a password here.
    child.stdin?.end();
  });
}

function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "")
    ?.replace(/^(?:Error|error|main\.go:\d+): /, "");
}
