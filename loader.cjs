// Lets Node run the program's and the provider's TypeScript as it is: swc strips the types in
// milliseconds, and the compile cache keeps V8's work on the libraries between runs.
require("node:module").enableCompileCache();
require("@swc-node/register");
