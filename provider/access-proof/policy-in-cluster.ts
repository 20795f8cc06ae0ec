import { isDeepStrictEqual } from "node:util";
import type { ProvedPolicy } from "../../contract/access-proof.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, isPassing } from "../cluster/api-error.ts";
import { find } from "../cluster/find.ts";
import { oneLine } from "../cluster/one-line.ts";

/** Where the API server has the parts of a policy. */
export const PARTS = {
  policy: "validatingadmissionpolicies",
  binding: "validatingadmissionpolicybindings",
} as const;

/** The API group of both. */
export const ADMISSION = "admissionregistration.k8s.io";

/** What is shown of a value. */
const CHARACTERS = 80;

interface WithSpec {
  readonly spec?: Readonly<Record<string, unknown>>;
}

/**
 * How a policy in the cluster, or its binding, differs from what it must be. What the API server would make of that is
 * asked by a dry run, so that its defaults are no difference.
 * @returns undefined if it is as it must be
 */
export async function differenceOf(
  api: Api,
  part: keyof typeof PARTS,
  wanted: ProvedPolicy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/apis/${ADMISSION}/v1/${PARTS[part]}/${wanted.name}`;
  const live = await find<WithSpec>(api, path, signal);
  if (live === undefined) {
    return "does not exist";
  }
  const change = [{ op: "replace", path: "/spec", value: wanted[part] }];
  try {
    const right = (await api.patch(path, change, { dryRun: "All" }, signal)) as WithSpec;
    return differenceBetween(live.spec ?? {}, right.spec ?? {});
  } catch (error) {
    if (isPassing(error)) {
      throw error;
    }
    return `cannot be compared: ${oneLine((error as ApiError).message, CHARACTERS)}`;
  }
}

/** The first field that differs. */
function differenceBetween(
  live: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
): string | undefined {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(right)])].sort();
  const key = keys.find((each) => !isDeepStrictEqual(live[each], right[each]));
  return key === undefined
    ? undefined
    : `spec.${key} is ${shown(live[key])}, not ${shown(right[key])}`;
}

function shown(value: unknown): string {
  return value === undefined ? "unset" : oneLine(JSON.stringify(value), CHARACTERS);
}
