import { PolicyPack } from "@pulumi/policy";

import { noLongLivedTokens } from "./long-lived-tokens";
import { noPlainSecrets } from "./plain-secrets";
import { noUnpinnedImages } from "./unpinned-images";
import { noWildcardRights } from "./wildcard-rights";

new PolicyPack("slipway", {
  enforcementLevel: "mandatory",
  policies: [noLongLivedTokens, noPlainSecrets, noUnpinnedImages, noWildcardRights],
});
