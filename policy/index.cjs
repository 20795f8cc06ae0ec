// Pulumi starts a policy pack without the options that Pulumi.yaml has for the program.
require("../preload.cjs");
require("./pack.ts");
