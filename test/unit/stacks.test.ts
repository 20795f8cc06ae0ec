// Cannot prove that a cluster or registry named in the stack files answers.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { stackSchema } from "../../settings/stack.ts";
import { parseSettings } from "../../settings.ts";
import { schemaKeys, valueKeys } from "../support/schema-keys.ts";
import { stackFile as textOfStack } from "../../settings/stack-file.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { CHECKOUT, KUBECONFIG, stackFile } from "../support/stack-config.ts";

afterEach(removeFolders);

interface Project {
  readonly config: Record<string, { readonly description?: string; readonly default?: unknown }>;
}

const fileOf = (name: string): string => readFileSync(join(CHECKOUT, `Pulumi${name}.yaml`), "utf8");
const keysOf = (stack: string): string[] =>
  Object.keys(stackFile(fileOf(`.${stack}`)).values).sort();

test("both environments set the same keys, but for what one builds and the other promotes", () => {
  expect([...keysOf("dev"), "promoteFrom"].sort()).toEqual(keysOf("prod"));
  expect(fileOf(".prod")).not.toContain("build:");
});

test.each([
  ["dev", "only"],
  ["prod", "production"],
])("%s parses with a cluster, a registry and a base image in the environment", (stack, context) => {
  const kubeconfig = KUBECONFIG.replace("name: only", `name: ${context}`);
  const variables = {
    SLIPWAY_KUBECONFIG: join(folderWith({ kubeconfig }), "kubeconfig"),
    SLIPWAY_REGISTRY: "127.0.0.1:5000",
    SLIPWAY_BASE_IMAGE: `127.0.0.1:5000/base@sha256:${"a".repeat(64)}`,
  };
  const settings = parseSettings(stackFile(fileOf(`.${stack}`)), { variables, folder: CHECKOUT });
  expect(settings.cluster.context).toBe(context);
  expect(Object.keys(settings.services)).toEqual(["shop"]);
});

test("every setting is described in Pulumi.yaml, and has a default there, so that settings.ts tells what is missing", () => {
  const { config } = parse(fileOf("")) as Project;
  const own = Object.entries(config).filter(([key]) => !key.includes(":"));
  expect(own.map(([key]) => key).sort()).toEqual([
    "cluster",
    "credentials",
    "extras",
    "former",
    "groups",
    "handOff",
    "jenkins",
    "monitoring",
    "namespace",
    "pins",
    "policy",
    "prometheus",
    "promoteFrom",
    "registry",
    "registryPassword",
    "sealing",
    "services",
    "trial",
  ]);
  for (const [, { description, default: value }] of own) {
    expect(description).toMatch(/\w{3}/);
    expect(value).toBeDefined();
  }
});

const KEYS = schemaKeys(stackSchema({ variables: {}, folder: CHECKOUT }));

test.each(["dev", "prod"])("%s has no key that the schema does not take, at any depth", (stack) => {
  const { config } = parse(fileOf(`.${stack}`)) as { config: Record<string, unknown> };
  const settings = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^slipway:/, ""), value]),
  );
  const named = ["services", "services.*.env", "services.*.files", "services.*.build.args"];
  const credentials = ["credentials", "credentials.*.keys"];
  const written = valueKeys(settings, [...named, ...credentials]);
  expect(written).toContain("services.*.port");
  expect(written.filter((key) => !KEYS.includes(key))).toEqual([]);
});

test("every setting is in the pages on settings, at any depth", () => {
  const pages = [
    "settings",
    "credentials",
    "manifests",
    "promotion",
    "jenkins-access",
    "policy",
    "monitoring",
  ].map((name) => readFileSync(join(CHECKOUT, `docs/${name}.md`), "utf8"));
  const code = pages.flatMap((page) => page.match(/```[^]*?```|`[^`\n]+`/g) ?? []).join("\n");
  const undocumented = KEYS.filter((key) => {
    const name = key.slice(key.lastIndexOf(".") + 1);
    return !new RegExp(`\\b${name}\\b`).test(code);
  });
  expect(KEYS).toContain("services.*.ingress.awaitAddress");
  expect(undocumented).toEqual([]);
});

test.each<[string, string, string]>([
  ["beside the project's", "name: slipway\n", "Pulumi.dev.yaml"],
  ["in the folder that the project names", "stackConfigDir: stacks\n", "stacks/Pulumi.dev.yaml"],
  ["beside the project's, if it names none", "stackConfigDir:\n", "Pulumi.dev.yaml"],
])("finds a stack's file %s", (_where, project, file) => {
  const folder = folderWith({ "Pulumi.yaml": project, [file]: "config: {}\n" });
  expect(textOfStack(folder, "dev")).toBe("config: {}\n");
  expect(textOfStack(folder, "prod")).toBeUndefined();
});
