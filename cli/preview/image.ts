import { digestOf } from "../../contract/image-reference.ts";
import { valueAt } from "../../wire/property-path.ts";
import { isUnknown } from "../../wire/unknown.ts";
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

const IMAGE = "docker:index/image:Image";
/** The first container is the service. */
const IMAGE_PATH = ["spec", "containers", "0", "image"];

/** Reads what becomes of a service's image from the steps of the service. */
export function imageOf(own: readonly Step[], deployment: Step | undefined): ImagePreview {
  const built = own.find(({ type }) => type === IMAGE);
  const previousTag = tagOf(built?.before);
  const tag = built?.action === "delete" ? null : tagOf(built?.after);
  return {
    action: actionOf(built, deployment, previousTag !== tag),
    tag,
    previousTag,
    previousDigest: digestRun(deployment?.before),
    digest: deployment?.action === "delete" ? null : digestRun(deployment?.after),
  };
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
