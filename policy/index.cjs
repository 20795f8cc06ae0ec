// Pulumi starts a policy pack without the options that Pulumi.yaml has for the program.
require("../loader.cjs");
require("./pack.ts");
