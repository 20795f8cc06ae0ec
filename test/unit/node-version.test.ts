// Cannot prove that everything runs on the oldest Node that is allowed: the tests run on the one in node_modules.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { CHECKOUT } from "../support/stack-config.ts";

interface Range {
  readonly node?: string;
}
interface Locked {
  readonly dev?: boolean;
  readonly engines?: Range | readonly string[];
}
interface Semver {
  subset(one: string, other: string): boolean;
  satisfies(version: string, range: string): boolean;
}

const semver = jest.requireActual<Semver>("semver");
const read = (path: string): string => readFileSync(join(CHECKOUT, path), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  readonly engines: { readonly node: string };
  readonly devDependencies: { readonly node: string };
};
const { packages } = JSON.parse(read("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const ALLOWED = manifest.engines.node;
const OLDEST = ALLOWED.replace(">=", "");

test("the package promises no Node that a library of its own does not run on", () => {
  const refusing = Object.entries(packages).flatMap(([path, { dev, engines }]) => {
    const { node = "*" } = (Array.isArray(engines) ? {} : (engines ?? {})) as Range;
    return path === "" || dev === true || semver.subset(ALLOWED, node) ? [] : [`${path}: ${node}`];
  });
  expect(refusing).toEqual([]);
});

test("a checkout runs on the Node that npm ci brings", () => {
  expect(semver.satisfies(manifest.devDependencies.node, ALLOWED)).toBe(true);
});

test.each<[string, readonly string[]]>([
  ["README.md", ["20.19", OLDEST]],
  ["CONTRIBUTING.md", ["20.19"]],
  ["docs/library.md", [OLDEST]],
])("%s says the same of Node as package.json: %j", (path, versions) => {
  const said = [...read(path).matchAll(/\bNode(?:\.js)?(?: ≥| >=)? (\d+\.\d+)/g)];
  expect(said.map(([, version]) => version)).toEqual(versions);
});

describe("the loader of a checkout", () => {
  const on = (version: string) => {
    const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" });
      Object.defineProperty(process, "version", { value: "v${version}" });
      require("./preload.cjs");`;
    return execa(process.execPath, ["-e", pretend], { cwd: CHECKOUT, reject: false });
  };

  test.each(["20.19.0", "22.18.9"])("refuses Node %s and says what to do", async (version) => {
    const { exitCode, stderr } = await on(version);
    expect(stderr).toBe(
      `node is v${version}; allowed: ${OLDEST} or newer; run npx pulumi or npm run, which take the one in node_modules`,
    );
    expect(exitCode).toBe(1);
  });

  test.each([`${OLDEST}.0`, "24.0.0"])("takes Node %s", async (version) => {
    expect((await on(version)).exitCode).toBe(0);
  });

  test("has no stack trace mapped, whoever asks for it, and leaves other ways to prepare one alone", async () => {
    const prepared = `require("./preload.cjs"); require("source-map-support/register");
      const unmapped = Error.prepareStackTrace;
      Error.prepareStackTrace = () => "prepared";
      console.log(typeof unmapped, new Error("fault").stack);`;
    const { stdout } = await execa(process.execPath, ["-e", prepared], { cwd: CHECKOUT });
    expect(stdout).toBe("undefined prepared");
  });

  test("has the SDK load what makes programs of functions, and what traces, when somebody uses it", async () => {
    const program = `const pulumi = require("@pulumi/pulumi");
      const tracing = require("@pulumi/pulumi/cmd/run/tracing.js");
      const { resourceFromAttributes } = require("@opentelemetry/resources");
      const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
      tracing.newSpan("of no trace").end();
      const seldom = /node_modules\\/(typescript|pacote|hosted-git-info|@opentelemetry\\/core)\\//;
      const loaded = () => Object.keys(require.cache).filter((file) => seldom.test(file)).length > 0;
      const before = loaded();
      (async () => {
        const { text } = await pulumi.runtime.serializeFunction(() => "found " + before);
        const paths = await pulumi.runtime.computeCodePaths();
        console.log(JSON.stringify({
          before,
          function: text.includes('"found " + before'),
          code: paths.has("node_modules/zod"),
          called: resourceFromAttributes({ of: "a trace" }).attributes,
          constructed: new NodeTracerProvider() instanceof NodeTracerProvider,
          names: "resourceFromAttributes" in require("@opentelemetry/resources"),
          after: loaded(),
        }));
      })();`;
    const args = ["--require", "./preload.cjs", "-e", program];
    const { stdout } = await execa(process.execPath, args, { cwd: CHECKOUT });
    expect(JSON.parse(stdout)).toEqual({
      before: false,
      function: true,
      code: true,
      called: { of: "a trace" },
      constructed: true,
      names: true,
      after: true,
    });
  });
});
