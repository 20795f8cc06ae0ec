import type { ResourceValidationPolicy } from "@pulumi/policy";

/**
 * Forbids Secrets with values: a stack's state and its program have these in clear. A credential leaves the program
 * as ciphertext.
 */
export const noPlainSecrets: ResourceValidationPolicy = {
  name: "no-plain-secrets",
  description:
    "No Secret is created with its values; credentials are sealed, or come from a store.",
  validateResource: ({ type, name, props }, report) => {
    if (type !== "kubernetes:core/v1:Secret") {
      return;
    }
    const keys = ["data", "stringData"].flatMap((field) => Object.keys(fieldOf(props, field)));
    if (keys.length === 0) {
      return;
    }
    report(
      `Secret ${name}: got values of ${keys.join(", ")} in the stack; describe it under slipway:credentials`,
    );
  },
};

function fieldOf(props: Readonly<Record<string, unknown>>, field: string): object {
  const value = props[field];
  return typeof value === "object" && value !== null ? value : {};
}
