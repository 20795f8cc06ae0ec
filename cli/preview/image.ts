import { digestOf } from "../../contract/image-reference.ts";
import { valueAt } from "../../wire/property-path.ts";
import { isUnknown } from "../../wire/unknown.ts";
import { BUILT_TYPES } from "../built-types.ts";
import type { Step } from "./step.ts";
import { templatePath } from "./template-path.ts";

/** What becomes of a service's image. */
export interface ImagePreview {
  /**
   * `build`: its content differs. `rebuild`: its content is the same, but the builder's own digest of the context
   * is not (mode bits, `.git`). `keep`: neither changed, so nothing is built. `given`: it is pinned or promoted.
   * `none`: the service is deleted.
   */
  readonly action: "build" | "rebuild" | "keep" | "given" | "none";
  /** Hash of its content, for one that is built here. */
  readonly tag: string | null;
  readonly previousTag: string | null;
  /** What the pods ran, and what they will run; null if that is known only after the build. */
  readonly previousDigest: string | null;
  readonly digest: string | null;
}

/** The first container is the service. */
const IMAGE_PATH = ["spec", "containers", "0", "image"];

/** Reads what becomes of a service's image from the steps of the service. */
export function imageOf(own: readonly Step[], deployment: Step | undefined): ImagePreview {
  const all = own.filter(({ type }) => BUILT_TYPES.has(type));
  // A build that needs BuildKit, or does so no more, is a different resource.
  const built = all.find(({ action }) => action !== "delete") ?? all[0];
  const gone = all.find(({ action }) => action === "delete");
  const digests = {
    previousDigest: digestRun(deployment?.before),
    digest: deployment?.action === "delete" ? null : digestRun(deployment?.after),
  };
  if (built === undefined && isBuiltFirst(deployment, digests.digest)) {
    const [previousTag, tag] = [deployment?.before, deployment?.after].map(versionOf);
    return { action: "build", tag: tag ?? null, previousTag: previousTag ?? null, ...digests };
  }
  const previousTag = tagOf((gone ?? built)?.before);
  const tag = built?.action === "delete" ? null : tagOf(built?.after);
  return { action: actionOf(built, deployment, previousTag !== tag), tag, previousTag, ...digests };
}

/** Whether its image is that of another service, which is built first. */
function isBuiltFirst(deployment: Step | undefined, digest: string | null): boolean {
  return deployment !== undefined && deployment.action !== "delete" && digest === null;
}

/** The hash of what is built, as the labels have it. */
function versionOf(inputs: Step["before"]): string | null {
  const version = valueAt(inputs, ["metadata", "labels", "app.kubernetes.io/version"]);
  return typeof version === "string" && !isUnknown(version) ? version : null;
}

function actionOf(
  built: Step | undefined,
  deployment: Step | undefined,
  isOther: boolean,
): ImagePreview["action"] {
  if (deployment === undefined || deployment.action === "delete") {
    return "none";
  }
  if (built === undefined || built.action === "delete") {
    return "given";
  }
  if (built.action === "same") {
    return "keep";
  }
  return isOther ? "build" : "rebuild";
}

function tagOf(inputs: Step["before"]): string | null {
  const name = inputs?.["imageName"];
  return typeof name === "string" && !isUnknown(name)
    ? name.slice(name.lastIndexOf(":") + 1)
    : null;
}

function digestRun(inputs: Step["before"]): string | null {
  return digestOf(String(valueAt(inputs, [...templatePath(inputs), ...IMAGE_PATH]))) ?? null;
}
