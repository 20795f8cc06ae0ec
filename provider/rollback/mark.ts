import type { GroupFailure } from "../../contract/group.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { type Deployment, uidOf } from "../verdict/objects.ts";

/**
 * What a rollback leaves on the Deployment, in the same write as the template. The stack's state may not have a rollback,
 * because the run was killed; the cluster always has it.
 */
export interface Mark {
  /** `metadata.generation` that the release's manifest got, and that was rolled back. */
  readonly generation: number;
  /** The reason for which it failed. */
  readonly reason: string;
  /**
   * The member for which its group has failed.
   * @default - the service is in no group
   */
  readonly failed?: GroupFailure;
}

/**
 * The mark of this release. What is applied after a rollback has a later generation, and no mark.
 * @returns undefined if the release was not rolled back
 */
export function markOf(
  { deployment: { uid, generation } }: ReadinessInputs,
  deployment: Deployment | undefined,
): Mark | undefined {
  const text = deployment?.metadata?.annotations?.[ROLLED_BACK];
  if (deployment === undefined || text === undefined || uidOf(deployment) !== uid) {
    return undefined;
  }
  const mark = parseMark(text);
  return mark?.generation === generation ? mark : undefined;
}

/** Anybody may write annotations. */
function parseMark(text: string): Mark | undefined {
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null;
    if (typeof mark?.generation !== "number" || typeof mark.reason !== "string") {
      return undefined;
    }
    const { generation, reason } = mark;
    return { generation, reason, ...failureIn(mark) };
  } catch {
    return undefined;
  }
}

function failureIn({ failed }: Partial<Mark>): Pick<Mark, "failed"> {
  const { member, reason } = (failed ?? {}) as Partial<GroupFailure>;
  return typeof member === "string" && typeof reason === "string"
    ? { failed: { member, reason } }
    : {};
}

/** The mark that a release gets which is rolled back for this reason. */
export function newMark({ deployment, group }: ReadinessInputs, reason: string): Mark {
  const { generation } = deployment;
  return { generation, reason, ...(group?.failed && { failed: group.failed }) };
}
