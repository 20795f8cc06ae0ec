import * as pulumi from "@pulumi/pulumi";

import { type ReleaseRecord, versionFault } from "../contract/release-record.ts";
import { isPinned } from "../contract/image-reference.ts";
import { plain } from "../mask/plain.ts";
import type { Endpoint } from "./endpoint.ts";

/** Characters that are shown of another stack's value: more than an image by its digest has. */
const CHARACTERS = 300;

/** What another stack reports of a service: its proved release, and where it answers. */
export interface StackRelease {
  readonly release: ReleaseRecord;
  readonly endpoint: Endpoint;
}

/**
 * Reads the release of a service from the outputs of another Slipway stack. Await it, so that nothing of the program
 * runs on a release that may not be used.
 *
 * ```ts
 * const dev = new pulumi.StackReference("organization/slipway/dev");
 * const { release, endpoint } = await readRelease(dev, "shop");
 * ```
 *
 * @throws RunError if the stack has no such outputs or service, the record has a version that this code does not
 * know, the release is not `ready`, or its image is not pinned by its digest
 * @see docs/outputs.md
 */
export async function readRelease(
  stack: pulumi.StackReference,
  service: string,
): Promise<StackRelease> {
  const [producer, releases, endpoints] = await Promise.all([
    nameOf(stack),
    outputOf(stack, "releases"),
    outputOf(stack, "endpoints"),
  ]);
  const record = entryOf(releases, "releases", service);
  const endpoint = entryOf(endpoints, "endpoints", service);
  const faults = [
    ...(typeof record === "string" ? [record] : recordFaults(service, record)),
    ...(typeof endpoint === "string" ? [endpoint] : endpointFaults(service, endpoint)),
  ];
  if (faults.length > 0) {
    throw new pulumi.RunError(`${producer}: ${faults.join("; and ")}`);
  }
  return { release: record, endpoint } as unknown as StackRelease;
}

/** The value of another stack's output, undefined if it has none. */
export async function outputOf(stack: pulumi.StackReference, name: string): Promise<unknown> {
  const details = await stack.getOutputDetails(name);
  return details.value as unknown;
}

type Entry = Readonly<Record<string, unknown>>;

/** The entry of a service in an output, or a string that says why there is none. */
export function entryOf(output: unknown, name: string, service: string): Entry | string {
  if (!isEntry(output)) {
    return `the output "${name}" must be there, got ${show(output)}; run that stack's up first`;
  }
  const value = Object.hasOwn(output, service) ? output[service] : undefined;
  if (isEntry(value)) {
    return value;
  }
  const known = bounded(plain(Object.keys(output).join(", "))) || "no service";
  return `${name}.${service} must be there, got ${show(value)}; that stack has ${known}`;
}

/** Why a record must not be used, each reason once; a record of a different version has only that reason. */
export function recordFaults(service: string, record: Entry): string[] {
  const { version, verdict, reason } = record;
  const unknown = versionFault(service, version);
  if (unknown !== undefined) {
    return [`${unknown}; read what changed in docs/outputs.md`];
  }
  const at = `releases.${service}`;
  const faults: string[] = [];
  if (verdict !== "ready") {
    faults.push(
      `${at}.verdict must be "ready", got ${show(verdict)} with the reason ${show(reason)}; fix that stack and run its up first`,
    );
  }
  return [...faults, ...imageFaults(service, record)];
}

/** Why the image of a record is not one that cannot change. */
export function imageFaults(service: string, { image, digest }: Entry): string[] {
  return typeof image === "string" && isPinned(image) && image.endsWith(`@${String(digest)}`)
    ? []
    : [
        `releases.${service}.image must be pinned by the digest ${show(digest)}, got ${show(image)}`,
      ];
}

/** One that takes no connections has no address, and says so. */
function endpointFaults(service: string, { address }: Entry): string[] {
  if (typeof address === "string" || address === null) {
    return [];
  }
  return [`endpoints.${service}.address must be a URL or null, got ${show(address)}`];
}

function nameOf(stack: pulumi.StackReference): Promise<string> {
  return new Promise((resolve) => stack.name.apply(resolve));
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of another stack's in a message: whoever writes that stack's state may write anything. */
export function show(value: unknown): string {
  return value === undefined ? "nothing" : bounded(plain(JSON.stringify(value)));
}

function bounded(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
