import { PolicyPack } from "@pulumi/policy";

import { namespaceRules, resourceRules } from "./of-program.ts";

new PolicyPack("slipway", {
  enforcementLevel: "mandatory",
  policies: [...resourceRules(), ...namespaceRules()],
});
