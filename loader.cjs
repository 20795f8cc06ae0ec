// Lets Node run the program's, the provider's and the tools' TypeScript as it is: swc strips the
// types in milliseconds, and the compile cache keeps V8's work on the libraries between runs.
require("node:module").enableCompileCache();
process.env.SWC_NODE_PROJECT ??= require("node:path").join(__dirname, "tsconfig.json");
require("@swc-node/register");
