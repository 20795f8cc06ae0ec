// Lets Node run the program's, the provider's and the tools' TypeScript as it is: swc strips the
// types in milliseconds, and the compile cache keeps V8's work on the libraries between runs.
const { enableCompileCache } = require("node:module");

if (enableCompileCache === undefined) {
  console.error(
    `node is ${process.version}; allowed: 22.15 or newer; run npx pulumi or npm run, which take the one in node_modules`,
  );
  process.exit(1);
}
enableCompileCache();
process.env.SWC_NODE_PROJECT ??= require("node:path").join(__dirname, "tsconfig.json");
require("@swc-node/register");

// Killed while resources are being registered, the engine leaves a program that asks it again for ever.
const ASK_ENGINE_MILLISECONDS = 2000;
const engine = process.argv[process.argv.indexOf("--engine") + 1]?.match(/^(127\.0\.0\.1):(\d+)$/);
if (engine) setInterval(askEngine, ASK_ENGINE_MILLISECONDS).unref();

function askEngine() {
  const [, host, port] = engine;
  const socket = require("node:net").connect({ host, port: Number(port) });
  socket.unref();
  socket.on("connect", () => socket.destroy());
  socket.on("error", ({ code }) => code === "ECONNREFUSED" && process.exit(1));
}
