import type { ResourceValidationPolicy } from "@pulumi/policy";

/**
 * Forbids Secrets that hold a token of an account: such a token never expires, and whoever reads the Secret once has
 * it for good. A short one comes from `npx slipway kubeconfig`, or from a projected volume.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export const noLongLivedTokens: ResourceValidationPolicy = {
  name: "no-long-lived-tokens",
  description: "A Secret holds no token of an account.",
  validateResource: ({ type, name, props }, report) => {
    const isToken = props["type"] === "kubernetes.io/service-account-token";
    if (type === "kubernetes:core/v1:Secret" && isToken) {
      report(
        `Secret ${name}: got type kubernetes.io/service-account-token, whose token never expires; use a short-lived one from TokenRequest`,
      );
    }
  },
};
