import type { SecretReadinessInputs } from "../../contract/secret-readiness";
import { rightsOfSealing } from "../../rights";
import type { Api } from "../cluster/api";
import type { SecretSource } from "./awaited-secret";
import { find } from "./find";
import {
  judgeSealedSecret,
  judgeSecret,
  type SealedSecret,
  type Secret,
  type SecretFinding,
} from "./finding";
import { lastWarning } from "./last-warning";
import { nudge } from "./nudge";

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
  const isGivenUp = async (signal: AbortSignal) =>
    judgeSealedSecret((await api.get(path, {}, signal)) as SealedSecret).kind !== "waiting";
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
  const { namespace, name } = awaited;
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
