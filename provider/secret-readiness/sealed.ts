import type { SecretReadinessInputs } from "../../contract/secret-readiness.ts";
import { rightsOfSealing } from "../../rights.ts";
import type { Api } from "../cluster/api.ts";
import type { SecretSource } from "./awaited-secret.ts";
import { find } from "./find.ts";
import {
  isOfAnother,
  judgeSealedSecret,
  judgeSecret,
  saysAnything,
  type SealedSecret,
  type Secret,
  type SecretFinding,
} from "./finding.ts";
import { lastWarning } from "./last-warning.ts";
import { nudge } from "./nudge.ts";

/** The controller looks at a SealedSecret again only when its spec changes. */
const LABEL = "/spec/template/metadata/labels/slipway-attempt";

/**
 * A SealedSecret and its Secret.
 * @param again whether the controller is to unseal once more what it gave up, or what somebody changed since
 */
export function sealedSource(
  api: Api,
  awaited: SecretReadinessInputs,
  { again }: { readonly again: boolean },
): SecretSource {
  const { namespace, name } = awaited;
  const path = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets/${name}`;
  const isGivenUp = async (signal: AbortSignal) => {
    const sealedSecret = (await api.get(path, {}, signal)) as SealedSecret;
    return !saysAnything(sealedSecret) || judgeSealedSecret(sealedSecret).kind !== "waiting";
  };
  const ask = again ? nudge(api, path, LABEL, isGivenUp) : undefined;
  return {
    kind: "SealedSecret",
    resource: "sealedsecrets.bitnami.com",
    namespace,
    name,
    rights: rightsOfSealing({ ...awaited, certificate: true }),
    look: async (signal) => {
      await ask?.(signal);
      return look(api, path, awaited, signal);
    },
  };
}

async function look(
  api: Api,
  path: string,
  awaited: SecretReadinessInputs,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const sealedSecret = (await find(api, path, signal)) as SealedSecret | undefined;
  if (sealedSecret === undefined) {
    return { kind: "failed", message: "the SealedSecret is not there" };
  }
  const finding = judgeSealedSecret(sealedSecret);
  const isSilent = !saysAnything(sealedSecret);
  const judged =
    isSilent || finding.kind === "ready"
      ? await lookAtSecret(api, sealedSecret, awaited, signal)
      : finding;
  if (judged.kind === "ready" || (judged.kind === "waiting" && !isSilent)) {
    return judged;
  }
  const { namespace, name } = awaited;
  const event = await lastWarning(api, { kind: "SealedSecret", namespace, name }, signal);
  return { ...judged, message: event ?? judged.message };
}

/** The Secret's content is the proof: a controller may say nothing at all. */
async function lookAtSecret(
  api: Api,
  sealedSecret: SealedSecret,
  awaited: SecretReadinessInputs,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const path = `/api/v1/namespaces/${awaited.namespace}/secrets/${awaited.name}`;
  const secret = (await find(api, path, signal)) as Secret | undefined;
  const isNew = secret === undefined || isOfAnother(secret, sealedSecret);
  return isNew && !saysAnything(sealedSecret)
    ? judgeSealedSecret(sealedSecret)
    : judgeSecret(secret, awaited);
}
