import { PolicyPack } from "@pulumi/policy";

import { noLongLivedTokens } from "./long-lived-tokens.ts";
import { noPlainSecrets } from "./plain-secrets.ts";
import { noUnpinnedImages } from "./unpinned-images.ts";
import { noUnsaidExceptions } from "./unsaid-exceptions.ts";
import { noWildcardRights } from "./wildcard-rights.ts";

new PolicyPack("slipway", {
  enforcementLevel: "mandatory",
  policies: [
    noLongLivedTokens,
    noPlainSecrets,
    noUnpinnedImages,
    noUnsaidExceptions,
    noWildcardRights,
  ],
});
