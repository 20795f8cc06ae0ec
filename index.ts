import { setImmediate as laterTurn } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

import { readApproval } from "./components/approval.ts";
import { connect } from "./components/cluster.ts";
import { renderedTo } from "./components/hand-off/rendered-to.ts";
import type { Release } from "./components/release.ts";
import { silenceSdkTrace } from "./components/sdk-trace.ts";
import { handed, parseSettings, type Settings } from "./settings.ts";
import { isPool } from "./settings/trial.ts";

/** Turns of the event loop in which the requests for the providers have left. */
const TURNS = 5;

export default async () => {
  silenceSdkTrace();
  const { config, surroundings } = handed();
  if (isPool(config.values)) {
    const { readPool } = await import("./settings/trial/pool.ts");
    const read = (delivered: typeof config) => parseSettings(delivered, surroundings);
    const pool = readPool(pulumi.getStack(), config, surroundings, read);
    return (await restOfProgram()).deliverPool(pool);
  }
  const settings = parseSettings(config, surroundings);
  const approval = readApproval();
  const { registry, sealing, handOff } = settings;
  const providers = connect(settings.cluster, handOff && renderedTo(pulumi.getStack()));
  const [provider, own] = providers;
  const slipway = await restOfProgram();

  const [services, found] = await Promise.all([
    slipway.promote({ ...settings, provider: own }),
    slipway.requireNamespace(settings.namespace, own, creatorOf(settings)),
    slipway.requireMode(handOff !== undefined, own),
    slipway.requireKinds("route", settings.services, own),
    slipway.requireKinds("steps", settings.services, own),
    slipway.requireKinds("weights", settings.services, own),
    slipway.requireMonitoring(settings.services, own),
  ]);
  const { namespace: home } = settings;
  const described = await slipway.requireClaims({ services, namespace: home, provider: own });
  const others = () => slipway.ownObjects({ ...settings, services });
  const rendered = await slipway.renderManifests({ ...settings, services, others, provider: own });
  const builds = slipway.planBuilds(services);
  slipway.requireApproved({ services, builds }, approval);
  const delivery = { ...settings, rendered };
  const pods = await slipway.requirePods({ ...delivery, ...found, services, provider: own });
  const { level } = pods;
  const held = slipway.requirePolicy({ ...settings, services, rendered });
  slipway.holdProgram(held);
  const written = { rendered, namespace: home, level, provider: own };
  const claims = new Set([...described, ...(await slipway.requireManifests(written))]);
  await slipway.requireSelectors({ ...delivery, services, provider: own });
  const plan =
    settings.jenkins &&
    slipway.planLanes({
      ...delivery,
      admission: held.admission?.manifests,
      jenkins: settings.jenkins,
    });
  const handedOff = handOff !== undefined;
  const handOver =
    handOff &&
    slipway.handOver({
      ...handOff,
      source: slipway.commitIn(process.cwd()),
      login: slipway.loginTo(registry),
      provider: own,
    });
  const guard = plan && new slipway.LaneGuard("lanes", { plan }, { provider: own });
  const policy = slipway.declarePolicy({ held, guard, namespace: home }, { providers });
  const dependsOn = policy?.inForce ?? guard ?? [];
  const namespace = new slipway.Namespace(settings.namespace, { provider, dependsOn }, pods);
  const access =
    plan &&
    new slipway.JenkinsAccess("jenkins", { plan, namespace, policy: policy?.made }, { providers });
  const common = { namespace, registry };
  const credentials = slipway.byName(settings.credentials, (name, definition) => {
    const args = { ...common, definition, sealing, namespaces: access?.namespaces, handedOff };
    return new slipway.Credential(name, args, { providers });
  });
  const extras = slipway.declareExtras(settings.extras ?? {}, rendered.extras, (name, args) => {
    return new slipway.Extra(name, { ...common, credentials, claims, ...args }, { providers });
  });
  const groups = slipway.groupsOf(settings.groups ?? {});
  const known = await slipway.survey({ services, builds, registry, provider: own });
  // Containers may run each other's images, so that each is looked up once all are declared.
  const imageOf = (name: string) =>
    pulumi.output(Promise.resolve().then(() => delivered[name]?.image ?? ""));
  const delivered = slipway.byOwner(services, (name, service, owner?: Release): Release => {
    const waived = slipway.waivedOf(held, name);
    const standing = { owner, standing: known[name], approved: approval?.[name], imageOf };
    const manifests = { rendered: rendered.services[name], after: extras };
    const own = {
      service,
      credentials,
      claims,
      waived,
      failsLate: true,
      group: groups[name],
      handedOff,
    };
    const args = { ...common, ...own, ...standing, ...manifests };
    return new slipway.Release(name, args, { providers });
  });

  const handedOver = handOver?.finish();
  slipway.requireReady(
    slipway.byName(delivered, (_, { release }) => slipway.judged(release, handedOver)),
  );
  return slipway.outputsOf({ namespace, delivered, access, handOff: handedOver });
};

function creatorOf({ namespaceExists, handOff }: Settings) {
  if (namespaceExists) {
    return "others";
  }
  return handOff === undefined ? "stack" : "controller";
}

/** Loaded while the engine starts the providers. It holds up all else that this process does. */
async function restOfProgram() {
  for (let turn = 0; turn < TURNS; turn++) {
    await laterTurn();
  }
  return import("./components/index.ts");
}
