import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { parseDocument } from "yaml";
import { z } from "zod";

import { unusable } from "./look.ts";

/** An empty one counts as none. */
const path = z.string().nullish();
const target = z.object({
  server: z.string(),
  "certificate-authority-data": path,
  "certificate-authority": path,
});
const user = z.object({ "client-certificate": path, "client-key": path, tokenFile: path });

const schema = z.object({
  contexts: z
    .array(
      z.object({
        name: z.string(),
        context: z.object({ cluster: z.string(), user: z.string().nullish() }),
      }),
    )
    .min(1),
  clusters: z.array(z.object({ name: z.string(), cluster: target })),
  users: z.array(z.object({ name: z.string(), user: user.nullish() })).nullish(),
});

/** What is read of a kubeconfig. */
export type Kubeconfig = z.output<typeof schema>;
/** A cluster as a kubeconfig has it. */
export type Target = z.output<typeof target>;
/** A user as a kubeconfig has it. */
export type User = z.output<typeof user>;

/** The files that a kubeconfig may name: what each holds, and a check that throws if it does not. */
const FILES = {
  "certificate-authority": ["certificates in PEM", certificateIn],
  "client-certificate": ["a certificate in PEM", certificateIn],
  "client-key": ["a private key in PEM without a password", createPrivateKey],
  tokenFile: ["a token", (content: Buffer) => z.string().min(1).parse(String(content).trim())],
} as const;

function certificateIn(content: Buffer): X509Certificate {
  return new X509Certificate(content);
}

/** Reads a kubeconfig; undefined if it is not one. None of its content is shown to anybody. */
export function readKubeconfig(file: string): Kubeconfig | undefined {
  try {
    // The parser's own messages quote the file, and with it credentials.
    const options = { prettyErrors: false, logLevel: "silent" } as const;
    const document = parseDocument(readFileSync(file, "utf8"), options);
    return document.errors.length > 0 ? undefined : schema.safeParse(document.toJS()).data;
  } catch {
    return undefined;
  }
}

/** A file that a kubeconfig names, whose relative paths start at its own folder. */
export function fileOf(kubeconfig: string, named: string): string {
  return resolve(dirname(kubeconfig), named);
}

/** What is wrong with the files that these entries of a kubeconfig name, a sentence each. */
export function fileFaults(kubeconfig: string, entries: Partial<Target & User>): string[] {
  return Object.entries(FILES).flatMap(([key, [holds, parse]]) => {
    const named = entries[key as keyof typeof FILES];
    if (!named) {
      return [];
    }
    const file = fileOf(kubeconfig, named);
    const reason =
      unusable(file, "file") ?? (isIn(file, parse) ? undefined : `${file} holds something else`);
    return reason === undefined
      ? []
      : [
          `its ${key}: ${reason}; allowed: a file with ${holds}; correct the path in ${kubeconfig}, or the file`,
        ];
  });
}

function isIn(file: string, parse: (content: Buffer) => unknown): boolean {
  try {
    parse(readFileSync(file));
    return true;
  } catch {
    return false;
  }
}
