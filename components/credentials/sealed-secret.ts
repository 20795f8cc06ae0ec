import { MADE_HERE, SEALING_SCOPE } from "../../contract/marks.ts";
import { type CredentialForm, secretTemplate } from "./format.ts";
import { SKIP_AWAIT, TAKES_BACK } from "../manifests/labels.ts";

/**
 * A SealedSecret without its ciphertext.
 *
 * @see https://github.com/bitnami-labs/sealed-secrets#sealedsecrets-as-templates-for-secrets
 */
export function sealedSecretManifest(form: CredentialForm) {
  const { name, namespace, scope } = form;
  const { type, labels, annotations } = secretTemplate(form);
  const opening = scope === "strict" ? {} : { [SEALING_SCOPE + scope]: "true" };
  return {
    apiVersion: "bitnami.com/v1alpha1",
    kind: "SealedSecret",
    metadata: {
      name,
      namespace,
      labels: MADE_HERE,
      annotations: { ...TAKES_BACK, ...SKIP_AWAIT, ...opening },
    },
    spec: { template: { type, metadata: { labels, annotations: { ...annotations, ...opening } } } },
  };
}
