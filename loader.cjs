// Lets Node run the program's, the provider's and the tools' TypeScript as it is: swc strips the
// types in milliseconds, and the compile cache keeps V8's work on the libraries between runs. swc is
// called directly, since its ready-made hook loads the TypeScript compiler to read a configuration:
// a third of what the provider needs to start.
const { readFileSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { engines } = require("./package.json");

const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(
    `node is ${process.version}; allowed: ${neededMajor}.${neededMinor} or newer; run npx pulumi or npm run, which take the one in node_modules`,
  );
  process.exit(1);
}
enableCompileCache();

const { transformSync } = require("@swc/core");
const options = {
  swcrc: false,
  configFile: false,
  // What is told to people has no stack trace, and maps would cost every run a tenth of a second.
  sourceMaps: false,
  module: { type: "commonjs" },
  jsc: { target: "es2023", parser: { syntax: "typescript" } },
};
require.extensions[".ts"] = (module, filename) => {
  const source = readFileSync(filename, "utf8");
  module._compile(transformSync(source, { ...options, filename }).code, filename);
};

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
