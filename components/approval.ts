import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";

import { digestOf } from "../contract/image-reference.ts";
import type { BuildPlan } from "./image/build-plan.ts";

/** The environment variable that names the file of what was approved. */
const VARIABLE = "SLIPWAY_EXPECT";

const FORM = "a file that npx slipway preview --json wrote";
const REMEDY = "preview again, and have that approved";

/** The image of a service that was approved: by its digest, or if that was not known yet, by the hash of its content. */
export interface ApprovedImage {
  readonly digest: string | null;
  readonly tag: string | null;
}

/** What may run, by the services' names. */
export type Approval = Readonly<Record<string, ApprovedImage>>;

/** Where a service's image comes from; see `ImageSource`. */
type Source =
  { readonly build: object } | { readonly image: string } | { readonly promoted: string };

/** What a run is about to run. */
interface ToBeRun {
  readonly services: Readonly<Record<string, Source>>;
  /** See `planBuilds`. */
  readonly builds: Readonly<Record<string, Pick<BuildPlan, "tag">>>;
}

/**
 * Reads what was approved: the file that the environment variable `SLIPWAY_EXPECT` names, as `npx slipway preview --json` has
 * written it. Undefined if the variable is not set: then everything may run.
 *
 * @throws RunError if the file is not a good preview of this stack
 */
export function readApproval(
  stack = pulumi.getStack(),
  file = process.env[VARIABLE],
): Approval | undefined {
  if (file === undefined) {
    return undefined;
  }
  const { version, stack: previewed, outcome, services } = previewIn(file);
  if (version !== 1 || !Array.isArray(services)) {
    throw refused(file, `version ${JSON.stringify(version)}; allowed: version 1, ${FORM}`);
  }
  if (shortName(String(previewed)) !== shortName(stack)) {
    throw refused(file, `the preview of ${String(previewed)}; allowed: that of ${stack}`);
  }
  if (outcome === "failed") {
    throw refused(file, `a preview that failed; ${REMEDY}`);
  }
  return Object.fromEntries((services as unknown[]).flatMap((each) => approvedOf(file, each)));
}

/**
 * Fails the run if it would run another image than was approved, before anything is changed.
 *
 * @param approval see {@link readApproval}
 * @throws RunError with a line for each service that differs
 */
export function requireApproved(
  { services, builds }: ToBeRun,
  approval: Approval | undefined,
): void {
  if (approval === undefined) {
    return;
  }
  const names = [...new Set([...Object.keys(services), ...Object.keys(approval)])].sort();
  const reasons = names.flatMap((name) => {
    const source = services[name];
    const reason = source === undefined ? missing(name) : differing(name, source, approval, builds);
    return reason ?? [];
  });
  if (reasons.length > 0) {
    throw new pulumi.RunError(
      [`what would run is not what was approved; ${REMEDY}`, ...reasons].join("\n  "),
    );
  }
}

/**
 * An image that is known only now, if it is the one that was approved.
 *
 * @throws RunError if it is not
 */
export function requireDigest(
  name: string,
  image: string,
  approved: ApprovedImage | undefined,
): string {
  const digest = approved?.digest ?? null;
  if (digest === null || digestOf(image) === digest) {
    return image;
  }
  throw new pulumi.RunError(`${unlike(name, digest, digestOf(image) ?? image)}; ${REMEDY}`);
}

function differing(
  name: string,
  source: Source,
  approval: Approval,
  builds: ToBeRun["builds"],
): string | undefined {
  const approved = approval[name];
  if (approved === undefined) {
    return `${name}: would run, and the approved preview does not have it`;
  }
  const { digest, tag } = approved;
  if (digest === null && tag === null) {
    return `${name}: the approved preview does not know its image`;
  }
  if ("build" in source) {
    const content = builds[name]?.tag ?? "nothing";
    // One that the registry had already has no tag, and its digest is held once it is known again.
    return tag === null || tag === content
      ? undefined
      : unlike(name, `the content ${tag}`, `the content ${content}`);
  }
  const image = "promoted" in source ? source.promoted : source.image;
  const actual = digestOf(image) ?? image;
  return digest === actual ? undefined : unlike(name, digest ?? `the content ${tag ?? ""}`, actual);
}

function missing(name: string): string {
  return `${name}: would be removed, and the approved preview has it`;
}

function unlike(name: string, approved: string, actual: string): string {
  return `${name}: approved ${approved}, would run ${actual}`;
}

function previewIn(file: string): Readonly<Record<string, unknown>> {
  try {
    return fields(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw refused(file, `which cannot be read (${(error as Error).message}); allowed: ${FORM}`);
  }
}

function approvedOf(file: string, service: unknown): [string, ApprovedImage][] {
  const { name, image } = fields(service);
  const { action, digest, tag } = fields(image);
  if (action === "none") {
    return [];
  }
  if (typeof name !== "string" || !isText(digest) || !isText(tag)) {
    throw refused(file, `a service without a name or an image; allowed: ${FORM}`);
  }
  return [[name, { digest, tag }]];
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function refused(file: string, what: string): pulumi.RunError {
  return new pulumi.RunError(`${VARIABLE}: got ${JSON.stringify(file)}, ${what}`);
}

/** A stack's name without its organization and project. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
