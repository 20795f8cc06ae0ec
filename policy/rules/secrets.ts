import { faultIf, quoted } from "./cel.ts";
import type { Rule } from "./rule.ts";

/** A controller is an account of another namespace, and no pod or pipeline of this one. */
const CONTROLLER = `(request.userInfo.?groups.orValue([]).exists(g, g == "system:serviceaccounts") && !request.userInfo.?groups.orValue([]).exists(g, g == "system:serviceaccounts:" + request.namespace))`;

const CHANGED = (field: string) =>
  `object.?${field}.orValue({}).map(k, k).filter(k, oldObject == null || !(k in oldObject.?${field}.orValue({})) || oldObject.${field}[k] != object.${field}[k])`;

/** Whoever reads the program, its state or somebody's shell history would have the values. */
export const noPlainSecrets: Rule = {
  name: "no-plain-secrets",
  says: "No Secret is written with its values: credentials are sealed, or come from a store. Controllers, which are accounts of other namespaces, write them.",
  remedy: "Describe it under `slipway:credentials`.",
  kinds: ["Secret"],
  knowsBefore: true,
  except: CONTROLLER,
  faults: () =>
    `(${CHANGED("data")} + ${CHANGED("stringData")}).map(k, "got a value of " + k + "; allowed: none; describe it under slipway:credentials")`,
};

/** Such a token never expires, and whoever reads the Secret once has it for good. */
export const noLongLivedTokens: Rule = {
  name: "no-long-lived-tokens",
  says: "No Secret holds a token of an account.",
  remedy:
    "Use a short-lived one: from `npx slipway kubeconfig`, a projected volume or `kubectl create token`.",
  kinds: ["Secret"],
  faults: ({ object }) => {
    const type = `${object}.?type.orValue("")`;
    return faultIf(
      `${type} == "kubernetes.io/service-account-token"`,
      `"got type " + ${quoted(type)} + ", whose token never expires; allowed: a short-lived one from TokenRequest"`,
    );
  },
};
