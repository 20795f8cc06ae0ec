import type { SecretReadinessInputs } from "../../contract/secret-readiness";
import type { Api } from "../cluster/api";
import { ApiError } from "../cluster/api-error";
import { judgeSealedSecret, type SealedSecret } from "./finding";

const LABEL = "/spec/template/metadata/labels/slipway-attempt";

/**
 * Has the controller unseal once more what it gave up, or what somebody changed since: it looks at a SealedSecret
 * again only when its spec changes. The spec is afterwards as before.
 */
export async function askAgain(
  api: Api,
  { namespace, name }: SecretReadinessInputs,
  signal: AbortSignal,
): Promise<void> {
  const path = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets/${name}`;
  try {
    const sealedSecret = (await api.get(path, {}, signal)) as SealedSecret;
    if (judgeSealedSecret(sealedSecret).kind === "waiting") {
      return;
    }
    await api.patch(path, [{ op: "add", path: LABEL, value: "again" }], {}, signal);
    await api.patch(path, [{ op: "remove", path: LABEL }], {}, signal);
  } catch (error) {
    // The wait that follows says what is wrong with the SealedSecret, or that there is none.
    if (!(error instanceof ApiError)) {
      throw error;
    }
  }
}
