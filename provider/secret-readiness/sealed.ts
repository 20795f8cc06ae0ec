import {
  secretReadinessInputs,
  type SecretReadinessInputs,
} from "../../contract/secret-readiness.ts";
import { rightsOfSealing } from "../../rights.ts";
import type { Api } from "../cluster/api.ts";
import { find } from "../cluster/find.ts";
import type { SecretKind } from "./awaited-secret.ts";
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

/** A SealedSecret and its Secret, whose values are in the program. */
export const SEALED_SECRET: SecretKind<SecretReadinessInputs> = {
  schema: secretReadinessInputs,
  source: (api, awaited, _digestKey, again) => {
    const { namespace, name } = awaited;
    const path = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets/${name}`;
    // The controller may still be at it.
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
  },
  report: ({ namespace, name, controller }, message) =>
    `SealedSecret ${namespace}/${name} is not unsealed: ${message}; fix it and run pulumi up again; ` +
    `the controller's own words: kubectl -n ${controller.namespace} logs deployment/${controller.name}`,
};

async function look(
  api: Api,
  path: string,
  awaited: SecretReadinessInputs,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const sealedSecret = await find<SealedSecret>(api, path, signal);
  if (sealedSecret === undefined) {
    return { kind: "failed", message: "the SealedSecret does not exist" };
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
  const event = await lastWarning(api, "SealedSecret", awaited, signal);
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
  const secret = await find<Secret>(api, path, signal);
  const isNew = secret === undefined || isOfAnother(secret, sealedSecret);
  return isNew && !saysAnything(sealedSecret)
    ? judgeSealedSecret(sealedSecret)
    : judgeSecret(secret, awaited);
}
