import { z } from "zod";

import { POLICY_PROBE, type PolicyLook, type PolicyLookArgs } from "../contract/policy-look.ts";
import type { Properties } from "../wire/plugin.ts";
import { ApiError } from "./cluster/api-error.ts";
import type { Api } from "./cluster/api.ts";
import { pause } from "./cluster/pause.ts";
import { parsed } from "./input-schema.ts";

/** The API server reads its policies anew each second; one of several may be a little behind. */
const PATIENCE_MILLISECONDS = 20_000;
const BETWEEN_MILLISECONDS = 250;
/** Who is not there, or may not, is told nothing of the policy. */
const SILENT = [403, 404];

const schema: z.ZodType<PolicyLookArgs> = z.object({ namespace: z.string(), version: z.string() });

/**
 * The function `slipway:index:policyInForce`: waits until the API server holds to this version of a namespace's policy, by a dry run of what
 * only the policy refuses.
 */
export async function policyInForce(
  args: Properties,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<PolicyLook> {
  const { namespace, version } = parsed(schema, args);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?dryRun=All`;
  const probe = { apiVersion: "v1", kind: "Secret", metadata: { namespace, name: POLICY_PROBE } };
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += BETWEEN_MILLISECONDS) {
    const error = await api.post(path, probe, signal).then(() => undefined, apiErrorOf);
    if (error?.message.includes(version)) {
      return { policy: "in-force" };
    }
    if (error !== undefined && SILENT.includes(error.status)) {
      return { policy: "unknown" };
    }
    await pause(BETWEEN_MILLISECONDS, signal);
  }
  return { policy: "not-in-force" };
}

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  throw error;
}
