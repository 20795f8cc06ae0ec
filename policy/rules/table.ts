import { noOtherRegistries, noUnpinnedImages } from "./images.ts";
import { networkPolicies, noExternalAddresses } from "./network.ts";
import {
  noHostNamespaces,
  noUnsaidExceptions,
  readinessProbes,
  requestsAndLimits,
} from "./pods.ts";
import { noEscalatingRights, noWildcardRights } from "./rights.ts";
import type { Rule } from "./rule.ts";
import { noLongLivedTokens, noPlainSecrets } from "./secrets.ts";

/**
 * What no stack may contain: each entry is a check at `preview` and `up`, a part of the policy of a namespace, and a line of
 * docs/policy.md.
 */
export const RULES: readonly Rule[] = [
  noUnpinnedImages,
  noOtherRegistries,
  noPlainSecrets,
  noLongLivedTokens,
  noWildcardRights,
  noEscalatingRights,
  noUnsaidExceptions,
  noHostNamespaces,
  requestsAndLimits,
  readinessProbes,
  noExternalAddresses,
  networkPolicies,
];
