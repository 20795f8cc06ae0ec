import { z } from "zod";

import type { ManifestsDefinition, WithManifests } from "../../components/service/manifests.ts";
import type { ExtraDefinition } from "../../components/extra.ts";
import { isDigest } from "../../contract/image-reference.ts";
import { shapeOf, type ShapeOf } from "../../contract/field.ts";
import { VERDICT } from "../../contract/verdict.ts";
import { dialect } from "../dialect.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { unusable } from "../look.ts";
import { type Mapping, mapping } from "../mapping.ts";
import { either } from "./either.ts";
import { exceptionsShape } from "./exceptions.ts";
import { absolute, expand, FROM_PROJECT, type Surroundings } from "../surroundings.ts";

const WHAT =
  "a path of YAML, a kustomization or a chart, or {files: …}, {kustomize: …} or {chart: …}";

const OCI = "oci://";
const CHART_NAME = /^[\w-]+$/;

/** What a service has beside its own manifests: where its image comes from, and how its verdict comes about. */
const BESIDE = ["build", "image", "manifests", "allow", ...Object.keys(VERDICT)];

const REMEDY = "write it there, and remove it here";

const id = field.text(
  /^(?:[a-z0-9][-a-z0-9]*\/)?[A-Z][A-Za-z0-9]*\/[A-Za-z0-9][-A-Za-z0-9.:_]*$/,
  "Kind/name, or namespace/Kind/name outside of the stack's namespace",
);

/** The key of a service for its own manifests. */
export function manifestsShape(surroundings: Surroundings) {
  const schema = either(place(surroundings), field.mapping(shapeOfSource(surroundings), WHAT));
  return { manifests: schema.exactOptional() } satisfies ShapeOf<WithManifests>;
}

/** The form of `slipway:extras`. */
export function extrasSchema(surroundings: Surroundings) {
  const verdict = shapeOf(VERDICT, dialect);
  const { allow } = exceptionsShape;
  const source = shapeOfSource(surroundings);
  const shape = { ...source, allow, ...verdict } satisfies ShapeOf<ExtraDefinition>;
  const extra = either(place(surroundings), field.mapping(shape, WHAT));
  return field.named(field.label, extra, "a mapping of extras by name");
}

function shapeOfSource(surroundings: Surroundings) {
  const path = (kind: "file" | "folder", what: string) =>
    field.path(surroundings, kind, `${what}; ${FROM_PROJECT}`);
  return {
    files: place(surroundings).exactOptional(),
    kustomize: path("folder", "the folder of a kustomization").exactOptional(),
    chart: chart(surroundings).exactOptional(),
    repository: field.text(/^https?:\/\/\S+$/, "the URL of a repository of charts").exactOptional(),
    version: field
      .text(/^v?\d+\.\d+\.\d+[\w.+-]*$/, "the whole version of the chart, such as 1.2.3")
      .exactOptional(),
    digest: z
      .string()
      .refine(isDigest, { error: "allowed: sha256:<64 hex digits> of the chart" })
      .exactOptional(),
    values: field.named(z.string(), z.unknown(), "a mapping of the chart's values").exactOptional(),
    valuesFiles: field
      .list(path("file", "a file with values of the chart"), "a list of paths")
      .exactOptional(),
    release: field.label.exactOptional(),
    image: field
      .text(/^[a-z0-9][a-z0-9._/:-]*$/, "a repository of images, or its last part, without a tag")
      .exactOptional(),
    outside: field.list(id, "a list of Kind/name").exactOptional(),
    without: field.list(id, "a list of Kind/name").exactOptional(),
    hooks: field
      .named(
        id,
        z.enum(["before", "after", "none"], "allowed: before, after or none"),
        "a mapping of Kind/name to before, after or none",
      )
      .exactOptional(),
    awaitAddress: field.choice("whether a release waits for the address").exactOptional(),
  } satisfies ShapeOf<ManifestsDefinition>;
}

/** A file or folder that exists. */
function place(surroundings: Surroundings) {
  return field
    .expanded(surroundings, WHAT)
    .transform((value, context) => usable(value, surroundings, context));
}

/** What is there is local; anything else is fetched. */
function chart(surroundings: Surroundings) {
  return field
    .expanded(surroundings, `a folder, an archive, oci://…, or the name of a chart in repository`)
    .transform((value, context) =>
      !isLocal(value, surroundings) && CHART_NAME.test(value)
        ? value
        : usable(value, surroundings, context),
    );
}

function isLocal(value: string, surroundings: Surroundings): boolean {
  const path = absolute(value, surroundings);
  return (["file", "folder"] as const).some((kind) => unusable(path, kind) === undefined);
}

function usable(value: string, surroundings: Surroundings, context: z.RefinementCtx): string {
  if (value.startsWith(OCI)) {
    return value;
  }
  const path = absolute(value, surroundings);
  if (isLocal(value, surroundings)) {
    return path;
  }
  const reason = String(unusable(path, "file")).replace(/^file /, "");
  context.addIssue({ code: "custom", message: got(value, `${reason}; allowed: ${WHAT}`) });
  return z.NEVER;
}

/** What a service's keys say beside its manifests. */
export function manifestsFaults(service: Mapping, surroundings: Surroundings): Fault[] {
  const { manifests } = service;
  if (manifests === undefined) {
    return [];
  }
  const others = Object.keys(service).filter((key) => !BESIDE.includes(key));
  return [
    ...others.map((key) => ({
      path: [key],
      text: got(
        service[key],
        `allowed: ${BESIDE.join(", ")} beside manifests, which describe the objects themselves; ${REMEDY}`,
      ),
    })),
    ...sourceFaults(manifests, ["manifests"], surroundings),
  ];
}

/** What the keys of each extra contradict. */
export function extrasFaults(raw: Mapping, surroundings: Surroundings): Fault[] {
  return Object.entries(mapping(raw["extras"]) ?? {}).flatMap(([name, written]) =>
    sourceFaults(written, ["extras", name], surroundings),
  );
}

function sourceFaults(written: unknown, path: Fault["path"], surroundings: Surroundings): Fault[] {
  const source = mapping(written);
  if (source === undefined) {
    const isFetched = typeof written === "string" && written.startsWith(OCI);
    return isFetched ? fetchedFaults({ chart: written }, path, surroundings) : [];
  }
  const given = ["files", "kustomize", "chart"].filter((key) => source[key] !== undefined);
  const ofCharts = ["repository", "version", "digest", "values", "valuesFiles", "release", "hooks"];
  const misplaced = ofCharts.filter(
    (key) => source["chart"] === undefined && source[key] !== undefined,
  );
  return [
    ...faultIf(
      given.length !== 1,
      path,
      `got ${given.join(" and ") || "none"} of files, kustomize and chart; allowed: exactly one of them`,
    ),
    ...misplaced.map((key) => ({
      path: [...path, key],
      text: got(source[key], "allowed: only with chart; remove it"),
    })),
    ...fetchedFaults(source, path, surroundings),
  ];
}

/** A chart that is fetched is named by what cannot mean a different one tomorrow, as far as that is possible. */
function fetchedFaults(
  { chart: written, repository, version, digest }: Mapping,
  path: Fault["path"],
  surroundings: Surroundings,
): Fault[] {
  const expanded = typeof written === "string" ? expand(written, surroundings) : { unset: [] };
  if (!("text" in expanded)) {
    return [];
  }
  const isOci = expanded.text.startsWith(OCI);
  if (!isOci && isLocal(expanded.text, surroundings)) {
    return localFaults({ repository, version, digest }, path);
  }
  const hasVersion = version !== undefined || (isOci && digest !== undefined);
  return [
    ...faultIf(
      isOci && repository !== undefined,
      [...path, "repository"],
      got(repository, "allowed: none with oci://…; remove it"),
    ),
    ...faultIf(
      !isOci && repository === undefined && CHART_NAME.test(expanded.text),
      [...path, "repository"],
      "missing; allowed: the URL of the repository that has the chart, because no folder is called so; set it, or fix the path",
    ),
    ...faultIf(
      !hasVersion,
      [...path, "version"],
      `missing; allowed: the version of the chart${isOci ? ", or its digest" : ""}; without one each run may render a different chart`,
    ),
  ];
}

function localFaults(given: Mapping, path: Fault["path"]): Fault[] {
  const text =
    "allowed: only for a chart that is fetched, and this one is in the checkout; remove it";
  return Object.entries(given).flatMap(([key, value]) =>
    faultIf(value !== undefined, [...path, key], got(value, text)),
  );
}
