import { createHash } from "node:crypto";

import { digestOf } from "./image-reference.ts";

/** What a release that is older than the last migration may do: run again, or not. */
export const BACK = ["keep", "refuse"] as const;

/** Seconds beside its own time that the cluster gets to end a migration's Job. */
export const MIGRATION_MARGIN_SECONDS = 60;

/** Characters of a service's name in that of a Job: Kubernetes makes a label of the whole, of 63. */
const NAME_CHARACTERS = 44;

/**
 * `sha256` of what a migration runs: of the image's digest, not of where the image is, and of the command. No Job of another one
 * satisfies it.
 */
export function migrationKey(image: string, command: readonly unknown[]): string {
  return sha256(JSON.stringify([digestOf(image) ?? image, command]));
}

/** Name of the Job with this key. */
export function migrationJobName(service: string, key: string): string {
  const isLong = service.length > NAME_CHARACTERS;
  const short = isLong
    ? `${service.slice(0, NAME_CHARACTERS - 7)}-${sha256(service).slice(0, 6)}`
    : service;
  return `${short}-migrate-${key.slice(0, 10)}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
