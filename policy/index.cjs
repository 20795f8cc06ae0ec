// Pulumi starts a policy pack without the options that Pulumi.yaml has for the program, and compiles what is required: Node strips what is imported.
require("../preload.cjs");
import("./pack.ts");
