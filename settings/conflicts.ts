import { join } from "node:path";

import { contextFiles } from "../build-context/context-files.ts";
import { parseQuantity } from "../contract/quantity.ts";
import { type Fault, got } from "./fault.ts";
import { label } from "./fields.ts";
import { unusable } from "./look.ts";
import { type Mapping, mapping } from "./mapping.ts";
import { absolute, expand, type Surroundings } from "./surroundings.ts";

/** Kubernetes takes no larger ConfigMap. */
const FILES_BYTES = 1 << 20;

/**
 * What is wrong between the keys of one service. It looks at the settings as they were written, so
 * that these faults are told together with those of single values.
 *
 * @param isPromoting whether another stack tells which image the service runs
 */
export function conflicts(
  name: string,
  service: unknown,
  surroundings: Surroundings,
  isPromoting = false,
): Fault[] {
  const value = mapping(service);
  if (value === undefined) {
    return nameFaults(name);
  }
  return [
    ...nameFaults(name),
    ...imageConflicts(value, isPromoting),
    ...dockerfileConflicts(value["build"], surroundings),
    ...contextConflicts(value["build"], surroundings),
    ...scaleConflicts(value),
    ...resourceConflicts(value["resources"]),
    ...fileConflicts(value),
  ];
}

/** Not left to the schema, which looks no further where a name is wrong. */
function nameFaults(name: string): Fault[] {
  const message = label.safeParse(name).error?.issues[0]?.message;
  return message === undefined ? [] : [{ path: [], text: got(name, message) }];
}

function imageConflicts({ build, image }: Mapping, isPromoting: boolean): Fault[] {
  if (build === undefined && image === undefined) {
    if (isPromoting) {
      return [];
    }
    return [
      {
        path: [],
        text: "neither build nor image; allowed: one of them; set build.context, or image to a pinned image",
      },
    ];
  }
  if (build === undefined || image === undefined) {
    return [];
  }
  return [
    { path: ["image"], text: got(image, "allowed: either build or image; remove one of them") },
  ];
}

function dockerfileConflicts(build: unknown, surroundings: Surroundings): Fault[] {
  const { context, dockerfile } = mapping(build) ?? {};
  const folder = usablePath(context, "folder", surroundings);
  if (dockerfile !== undefined || folder === undefined) {
    return [];
  }
  if (unusable(join(folder, "Dockerfile"), "file") === undefined) {
    return [];
  }
  return [
    {
      path: ["build", "dockerfile"],
      text: `missing; there is no Dockerfile in ${folder} that can be read; set the path of the Dockerfile`,
    },
  ];
}

/** What a build cannot take along would otherwise be found when half of the stack is registered. */
function contextConflicts(build: unknown, surroundings: Surroundings): Fault[] {
  const { context, dockerfile } = mapping(build) ?? {};
  const folder = usablePath(context, "folder", surroundings);
  const recipe =
    dockerfile === undefined && folder !== undefined
      ? join(folder, "Dockerfile")
      : usablePath(dockerfile, "file", surroundings);
  if (folder === undefined || recipe === undefined) {
    return [];
  }
  try {
    contextFiles(folder, recipe);
    return [];
  } catch (error) {
    return [{ path: ["build", "context"], text: got(context, (error as Error).message) }];
  }
}

/** The absolute path that a setting means, undefined where the schema tells that it cannot be used. */
function usablePath(
  written: unknown,
  kind: "file" | "folder",
  surroundings: Surroundings,
): string | undefined {
  if (typeof written !== "string") {
    return undefined;
  }
  const expanded = expand(written, surroundings);
  if ("unset" in expanded) {
    return undefined;
  }
  const path = absolute(expanded.text, surroundings);
  return unusable(path, kind) === undefined ? path : undefined;
}

function scaleConflicts({ replicas, autoscale }: Mapping): Fault[] {
  const { min, max } = mapping(autoscale) ?? {};
  const isReversed = typeof min === "number" && typeof max === "number" && min > max;
  return [
    ...(replicas === undefined || autoscale === undefined
      ? []
      : [
          {
            path: ["replicas"],
            text: got(replicas, "allowed: either replicas or autoscale; remove one of them"),
          },
        ]),
    ...(isReversed
      ? [
          {
            path: ["autoscale", "min"],
            text: got(min, `allowed: at most autoscale.max, which is ${max}`),
          },
        ]
      : []),
  ];
}

function resourceConflicts(resources: unknown): Fault[] {
  const { requests, limits } = mapping(resources) ?? {};
  return ["cpu", "memory"].flatMap((kind) => {
    const request = mapping(requests)?.[kind];
    const limit = mapping(limits)?.[kind];
    const isAbove =
      (parseQuantity(String(request)) ?? 0) > (parseQuantity(String(limit)) ?? Infinity);
    if (!isAbove) {
      return [];
    }
    const allowed = `allowed: at most limits.${kind}, which is ${String(limit)}; lower the request or raise the limit`;
    return [{ path: ["resources", "requests", kind], text: got(request, allowed) }];
  });
}

function fileConflicts({ files, writable }: Mapping): Fault[] {
  const paths = Object.keys(mapping(files) ?? {});
  const folders: readonly unknown[] = Array.isArray(writable) ? writable : [];
  const bytes = Object.values(mapping(files) ?? {}).reduce<number>(
    (sum, file) => sum + (typeof file === "string" ? Buffer.byteLength(file) : 0),
    0,
  );
  const duplicates = folders.filter((folder, index) => folders.indexOf(folder) !== index);
  return [
    ...paths
      .filter((path) => folders.includes(path))
      .map((path) => ({
        path: ["files", path],
        text: "is a writable folder, too; remove one of them",
      })),
    ...duplicates.map((folder) => ({
      path: ["writable"],
      text: got(folder, "allowed: each folder once; remove the other"),
    })),
    ...(bytes > FILES_BYTES
      ? [
          {
            path: ["files"],
            text: `got ${bytes} bytes; allowed: at most ${FILES_BYTES} bytes of text; put large files into the image`,
          },
        ]
      : []),
  ];
}
