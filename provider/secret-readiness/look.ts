import type { SecretReadinessInputs } from "../../contract/secret-readiness";
import type { Api } from "../cluster/api";
import { ApiError } from "../cluster/api-error";
import {
  judgeSealedSecret,
  judgeSecret,
  type SealedSecret,
  type Secret,
  type SecretFinding,
} from "./finding";
import { lastWarning } from "./last-warning";

/** How a SealedSecret and its Secret are at this moment. */
export async function look(
  api: Api,
  awaited: SecretReadinessInputs,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const { namespace, name } = awaited;
  const path = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets/${name}`;
  const sealedSecret = (await find(api, path, signal)) as SealedSecret | undefined;
  if (sealedSecret === undefined) {
    return { kind: "failed", message: "the SealedSecret is not there" };
  }
  const finding = judgeSealedSecret(sealedSecret);
  if (finding.kind === "failed") {
    const event = await lastWarning(api, { kind: "SealedSecret", namespace, name }, signal);
    return { ...finding, message: event ?? finding.message };
  }
  if (finding.kind !== "ready") {
    return finding;
  }
  const secret = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  return judgeSecret((await find(api, secret, signal)) as Secret | undefined, awaited);
}

/** An object, or undefined where it is not there. */
export async function find(api: Api, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await api.get(path, {}, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
