// Cannot prove what the engine's state has: test/e2e/own-manifests-in-place.test.ts delivers a service by both ways.
import type { AllRendered } from "../../components/rendered/all.ts";
import { requireSelectors } from "../../components/require-selectors.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import { deploy } from "../support/engine.ts";

const URN = "urn:pulumi:test::slipway::slipway:index:Release";
const NOTHING: AllRendered = { services: {}, extras: {} };

const object = (kind: string, selector: object) =>
  ({ apiVersion: "apps/v1", kind, metadata: { name: "shop" }, spec: { selector } }) as const;
const rendered = (...objects: readonly object[]): AllRendered => ({
  services: {
    shop: {
      objects: objects.map((each) => ({
        ...{ object: each, origin: "", resource: "", isHome: true, stage: 5 },
      })) as never,
      awaitAddress: true,
      notes: [],
    },
  },
  extras: {},
});

/** What is said of these, if the state has one object from there. */
const faults = async (
  made: AllRendered,
  services: Readonly<Record<string, ServiceDefinition>>,
  state: readonly object[],
  from = "Manifests",
): Promise<string> => {
  const program = () => {
    const provider = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
    const controller = { namespace: "k", name: "s" };
    const delivery = { namespace: "store", services, credentials: {}, sealing: { controller } };
    return requireSelectors({ ...delivery, rendered: made, provider }).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
  };
  const outputs = Object.fromEntries(
    state.map((each) => {
      const { kind, metadata } = each as ReturnType<typeof object>;
      const urn = `${URN}$slipway:index:${from}$kubernetes:apps/v1:${kind}::shop`;
      return [urn, { outputs: { ...each, metadata: { ...metadata, namespace: "store" } } }];
    }),
  );
  const answer = ({ token }: { readonly token: string }) =>
    token === "slipway:index:stackState" ? { exists: true } : { outputs };
  return (await deploy(program, { answer })).result;
};

const ours = { matchLabels: { "app.kubernetes.io/name": "shop" } };
const theirs = { matchLabels: { app: "shop" }, matchExpressions: [] };

test("refuses manifests that would change the selector of what the stack has, with both of them", async () => {
  expect(
    await faults(
      rendered(object("Deployment", theirs)),
      {},
      [object("Deployment", ours)],
      "Workload",
    ),
  ).toMatch(
    /^slipway:services\.shop: Deployment\/shop: spec\.selector: got \{app: shop\}; allowed: \{app\.kubernetes\.io\/name: shop\}, which the Deployment in the cluster has and which never changes/,
  );
  const odd = { ...theirs, matchExpressions: [{ key: "a", operator: "Exists" }] };
  expect(
    await faults(rendered(object("DaemonSet", odd)), {}, [object("DaemonSet", theirs)]),
  ).toMatch(
    /got \{app: shop\} and \[\{"key":"a","operator":"Exists"\}\]; allowed: \{app: shop\}, which/,
  );
});

test("lets pass the same selector, another kind and what the stack does not have", async () => {
  const { matchLabels } = theirs;
  const same = rendered(object("Deployment", { matchLabels }));
  expect(await faults(same, {}, [object("Deployment", theirs)])).toBe("");
  expect(await faults(same, {}, [object("StatefulSet", ours)])).toBe("");
  expect(await faults(same, {}, [])).toBe("");
});

test("refuses settings in the place of manifests that have another selector", async () => {
  const services = { shop: { port: 8080 } };
  expect(await faults(NOTHING, services, [object("Deployment", theirs)])).toMatch(
    /slipway:services\.shop: Deployment\/shop: spec\.selector: got \{app\.kubernetes\.io\/name: shop\}; allowed: \{app: shop\}/,
  );
  expect(await faults(NOTHING, services, [object("Deployment", ours)])).toBe("");
});
