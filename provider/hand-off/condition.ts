import { oneLine } from "../cluster/one-line.ts";

/** A condition of an object. */
export interface Condition {
  readonly type: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  /** The generation of the object that it is of. */
  readonly observedGeneration?: number;
}

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

/** Its reason and message, on one line. */
export function saidBy({ type, status = "", reason = "", message = "" }: Condition): string {
  const words = oneLine(message, 600);
  return `${reason || `${type} ${status}`}${words === "" ? "" : `: ${words}`}`;
}
