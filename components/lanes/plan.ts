import { type Right, resourceOf } from "../../rights.ts";
import { isForJenkins } from "../credentials/format.ts";
import {
  AGENT,
  controllerNamespace,
  type JenkinsDefinition,
  type Lane,
  lanesOf,
  LAUNCHER,
  prefixOf,
} from "./definition.ts";
import { laneManifests } from "./objects.ts";
import { policyManifests } from "./policies.ts";
import { applierOf, type Delivery, placesOf } from "./delivery.ts";
import { deployRights, launcherRights, previewRights } from "./lane-rights.ts";
import { type Account, roleManifests } from "./roles.ts";
import { objectsOf, rightToRead } from "./object-reference.ts";
import { administeredObjects, rightsToReadRendered } from "./rendered.ts";

/** An account of a lane, and all that it may do. */
export interface LaneAccount extends Account {
  readonly lane: Lane;
}

/** Everything that Jenkins gets of the cluster, as plain data. */
export type LanePlan = ReturnType<typeof planLanes>;

/** Plans the lanes of a stack. Their rights follow from what the stack delivers. */
export function planLanes({ jenkins, ...delivery }: Delivery & { jenkins: JenkinsDefinition }) {
  const { namespace: home } = delivery;
  const applier = applierOf(delivery);
  const isHandedOff = applier !== undefined;
  const definitions = lanesOf(jenkins, home);
  const lanes = definitions.map((lane) => ({ lane, manifests: laneManifests(lane) }));
  const prefix = prefixOf(jenkins, home);
  const { admission } = delivery;
  const policies = policyManifests(prefix, definitions, delivery);
  const admissions = admission === undefined ? [] : [admission];
  const launchers = definitions.map((lane) => accountOf(lane, LAUNCHER, launcherRights(lane)));
  const agents = definitions.map((lane) => accountOf(lane, AGENT, agentRights(lane, delivery)));
  const launcherRoles = launchers.map((account) => {
    return roleManifests("Role", LAUNCHER, { namespace: account.namespace }, account);
  });

  // Who delivers or previews reads the lanes, too, its own roles among them: a refresh looks at everything that the stack applies.
  const readers = agents.filter(({ lane }) => lane.name !== "build");
  const builders = agents.filter(({ lane }) => lane.name === "build");
  const granted = readers.flatMap(({ rights }) =>
    rights.flatMap(({ namespace }) => namespace ?? []),
  );
  const namespaces = new Set([...agents.map(({ namespace }) => namespace), ...granted, home]);
  const ordered = [...namespaces].sort();
  const withoutReads = grantsTo(readers, ordered);
  const reads = [
    ...policies,
    ...admissions,
    ...launcherRoles,
    ...withoutReads.roles,
    ...withoutReads.clusterRoles,
  ]
    .flatMap(objectsOf)
    // A launcher's token would let one lane start pods in another.
    .concat(lanes.flatMap(({ manifests }) => objectsOf({ ...manifests, token: undefined })))
    .flatMap(rightToRead)
    .concat(rightsToReadRendered(delivery));
  const reading = readers.map((account) => {
    const { rights } = account;
    return { ...account, rights: distinct(isHandedOff ? rights : [...rights, ...reads]) };
  });
  const { roles, clusterRoles } = grantsTo(reading, ordered);
  const credentials = Object.entries(delivery.credentials);
  return {
    home,
    places: placesOf(delivery),
    prefix,
    controller: controllerNamespace(jenkins),
    applier: applier?.namespace,
    lanes,
    policies,
    admissions,
    roles: [...launcherRoles, ...roles],
    clusterRoles,
    // What a controller applies is not a lane's to write.
    administered: isHandedOff ? [] : administeredObjects(delivery).map(({ object }) => object),
    credentials: credentials.flatMap(([name, { format = "opaque" }]) =>
      isForJenkins(format) ? [name] : [],
    ),
    accounts: [...launchers, ...builders, ...reading],
  };
}

function accountOf(lane: Lane, name: string, rights: readonly Right[]): LaneAccount {
  return { lane, namespace: lane.namespace, name, rights };
}

function agentRights({ name }: Lane, delivery: Delivery): Right[] {
  switch (name) {
    case "preview":
      return previewRights(delivery);
    case "build":
      return [];
    case "deploy":
      return [
        ...placesOf(delivery).flatMap((namespace) => deployRights({ ...delivery, namespace })),
        ...(delivery.also ?? []),
      ];
  }
}

/** The roles of these accounts in each namespace and on the cluster, named after their lane. */
function grantsTo(accounts: readonly LaneAccount[], namespaces: readonly string[]) {
  return {
    roles: accounts.flatMap((account) =>
      namespaces.map((namespace) =>
        roleManifests("Role", account.namespace, { namespace }, account),
      ),
    ),
    clusterRoles: accounts.map((account) =>
      roleManifests("ClusterRole", account.namespace, {}, account),
    ),
  };
}

/** Each right once, in an order that only the rights decide: services need the same ones. */
function distinct(rights: readonly Right[]): Right[] {
  const keyOf = ({ namespace, verb, name, ...resource }: Right): string =>
    JSON.stringify([namespace, resourceOf(resource), name, verb]);
  const byKey = new Map(rights.map((right) => [keyOf(right), right]));
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, right]) => right);
}
