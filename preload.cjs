// Goes before the program, the policy pack and the tools, whose TypeScript Node runs as it is.
const Module = require("node:module");
const { engines } = require("./package.json");

const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(
    `node is ${process.version}; allowed: ${neededMajor}.${neededMinor} or newer; run npx pulumi or npm run, which take the one in node_modules`,
  );
  process.exit(1);
}
// Keeps V8's work on the libraries, and Node's on our types, between runs.
Module.enableCompileCache();

// The SDK loads these with its first line, to make programs of functions and to trace. Nothing here does either, and they
// are half of what a program loads: each comes when it is used.
const TRACING = "@opentelemetry/";
const SELDOM_USED = [
  "./typescript-shim.js",
  "@npmcli/arborist",
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
  "normalize-package-data",
];
const requireInSdk = Module.createRequire(require.resolve("@pulumi/pulumi/package.json"));
SELDOM_USED.forEach(loadWhenUsed);

// The SDK takes a stack trace for each resource, and has the map of each file in it read and searched: a tenth of a second
// for the first alone. Types are stripped in place, so no trace of ours needs a map.
let prepare;
Object.defineProperty(Error, "prepareStackTrace", {
  configurable: true,
  get: () => prepare,
  set: (other) => {
    prepare = String(other).includes("wrapCallSite") ? prepare : other;
  },
});

// The SDK's gRPC asks a proxy of the environment for the engine on this machine, too; Go's tools never ask one for loopback.
const { no_grpc_proxy, no_proxy } = process.env;
process.env.no_grpc_proxy = [no_grpc_proxy || no_proxy, "127.0.0.1"].filter(Boolean).join(",");

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

function loadWhenUsed(name) {
  const file = requireInSdk.resolve(name);
  if (require.cache[file] !== undefined) {
    return;
  }
  const standIn = new Module(file);
  standIn.loaded = true;
  let real;
  const load = () => {
    if (require.cache[file] === standIn) {
      delete require.cache[file];
    }
    return (real ??= requireInSdk(name));
  };
  standIn.exports = new Proxy(() => {}, {
    get: (_, key) =>
      name.startsWith(TRACING) && real === undefined && key !== "__esModule"
        ? memberOf(load, key)
        : propertyOf(load, key),
    has: (_, key) => key in load(),
    ownKeys: () => Reflect.ownKeys(Object(load())),
    getOwnPropertyDescriptor: (_, key) => {
      const own = Reflect.getOwnPropertyDescriptor(load(), key);
      return own && { ...own, configurable: true };
    },
    apply: (_, self, args) => Reflect.apply(load(), self, args),
  });
  require.cache[file] = standIn;
}

// With its first line, too, the SDK takes the functions and classes that trace out of their modules: to be named is not to be used.
function memberOf(load, key) {
  const member = () => load()[key];
  return new Proxy(function () {}, {
    get: (_, name) => member()[name],
    apply: (_, self, args) => Reflect.apply(member(), self, args),
    construct: (_, args, target) => Reflect.construct(member(), args, target),
  });
}

// What is marked as a module is taken as it is by the helpers of compiled code, which would copy it otherwise.
function propertyOf(load, key) {
  if (key === "__esModule") {
    return true;
  }
  const module = load();
  return key === "default" && !module.__esModule ? module : module[key];
}
