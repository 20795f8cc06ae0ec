// Proves that stacks that an earlier version deployed show no change in a preview by this one: test/fixtures/existing-stack keeps
// their states as pulumi exported them. Their objects are in no cluster, so it cannot prove what a refresh or an up finds there, nor
// stacks that promote or have values of an external store: for those, a preview asks for more than there is.
import { readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";

import { kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const KEPT = join(import.meta.dirname, "../fixtures/existing-stack");
/** The context's name is in the states, which must not depend on the machine. */
const CONTEXT = "existing";

/** In place of a version, the package that has it. */
const PLUGIN = /"version":"(@pulumi\/\w+)"/g;

/** As its program was written then. */
const OBJECTS = `
import * as k8s from "@pulumi/kubernetes";
import { connect, ObjectReadiness } from "./components/index.ts";

const kubeconfig = process.env["SLIPWAY_KUBECONFIG"] ?? "";
const where = { kubeconfig, kubeconfigVariable: "SLIPWAY_KUBECONFIG", context: "existing", identifier: "existing" };
const [provider, own] = connect(where);
const namespace = "slipway-existing-objects";
const home = new k8s.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
const metadata = { name: "data", namespace: home.metadata.name, annotations: { "pulumi.com/skipAwait": "true" } };
const spec = { storageClassName: "existing", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
const object = new k8s.core.v1.PersistentVolumeClaim("data", { metadata, spec }, { provider });
const readiness = new ObjectReadiness("data", { object, deadlineSeconds: 60 }, { provider: own });
export const record = readiness.record;
`;

/** Values that were secret then. */
const SECRETS = {
  apiKey: "an API key of the tests",
  pin: "4711-of-the-tests",
  keystore: Buffer.from("a keystore of the tests").toString("base64"),
};

interface Preview {
  /** Of what changes, and of the stack. */
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
  readonly changeSummary: { readonly same?: number };
}

interface State {
  readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
}

let project: Project;
let commit: string;
beforeAll(async () => {
  const config = kubeConfig();
  const { cluster = "", user = "" } = config.getContextObject(config.getCurrentContext()) ?? {};
  config.contexts = [{ name: CONTEXT, cluster, user }];
  config.setCurrentContext(CONTEXT);
  const folder = folderWith({ kubeconfig: config.exportConfig() });
  project = await Project.create("existing", {
    env: { SLIPWAY_KUBECONFIG: join(folder, "kubeconfig") },
  });
  await cp(join(KEPT, "echo"), join(project.folder, "echo"), { recursive: true });
  commit = await project.commit("the service");
  for (const [key, value] of Object.entries(SECRETS)) {
    await project.secret(key, value);
  }
});
afterAll(async () => {
  removeFolders();
  // Nothing was deployed.
  await project.forget();
});

test("a stack of services, credentials of each format and lanes shows no change", async () => {
  await project.settings(await settings());
  const same = await restore("services.json");
  expect(await preview()).toEqual({ changes: [], same });
});

test("a change of such a stack is seen, and is no more than what was changed", async () => {
  const { services, ...others } = await settings();
  const shop = { ...services["shop"], warmupSeconds: 7 };
  await project.settings({ ...others, services: { ...services, shop } });
  const { changes } = await preview();
  expect(changes).toEqual(["update slipway:index:Release$slipway:index:Readiness shop"]);
});

test("a stack with objects of other kinds shows no change", async () => {
  await project.write("index.ts", OBJECTS);
  const same = await restore("objects.json");
  expect(await preview()).toEqual({ changes: [], same });
});

async function settings() {
  const text = await readFile(join(KEPT, "settings.json"), "utf8");
  return JSON.parse(text) as { readonly services: Readonly<Record<string, object>> };
}

/**
 * Makes a kept state the stack's. What differs from checkout to checkout is filled in: the commit, and which plugins are pinned.
 *
 * @returns how many resources the program has
 */
async function restore(name: string): Promise<number> {
  const text = await readFile(join(KEPT, name), "utf8");
  const state = text.replaceAll(`"COMMIT"`, `"${commit}"`).replaceAll(PLUGIN, versionOf);
  await project.write("state.json", state);
  await succeed(project.pulumi("stack", "import", "--file=state.json", "--stack=dev"));
  const { deployment } = JSON.parse(state) as State;
  // The engine adds providers that it does not count.
  return deployment.resources.filter(({ urn }) => !urn.includes("::default_")).length;
}

function versionOf(_: string, plugin: string): string {
  const file = join(import.meta.dirname, "../../node_modules", plugin, "package.json");
  return `"version":"${(JSON.parse(readFileSync(file, "utf8")) as { version: string }).version}"`;
}

/** What a preview would do, and how many resources it would leave as they are. */
async function preview(): Promise<{ readonly changes: string[]; readonly same: number }> {
  const { output } = await succeed(project.pulumi("preview", "--json", "--stack=dev"));
  const { steps, changeSummary } = JSON.parse(output) as Preview;
  const changes = steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => `${op} ${urn.split("::").slice(2).join(" ")}`);
  return { changes: changes.sort(), same: changeSummary.same ?? 0 };
}
