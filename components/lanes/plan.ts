import { type Right, resourceOf } from "../../rights.ts";
import { isForJenkins } from "../credentials/format.ts";
import {
  AGENT,
  type JenkinsDefinition,
  type Lane,
  lanesOf,
  LAUNCHER,
  prefixOf,
} from "./definition.ts";
import { laneManifests } from "./objects.ts";
import { policyManifests } from "./policies.ts";
import { type Delivery, deployRights, launcherRights, previewRights } from "./lane-rights.ts";
import { type Account, clusterRoleManifests, roleManifests } from "./roles.ts";
import { type ObjectReference, objectsOf, rightToRead } from "./object-reference.ts";

/** An account of a lane, and all that it may do. */
export interface LaneAccount extends Account {
  readonly lane: Lane;
  readonly rights: readonly Right[];
}

/** Everything that Jenkins gets of the cluster, as plain data. */
export type LanePlan = ReturnType<typeof planLanes>;

/** Plans the lanes of a stack. What they may do follows from what the stack delivers. */
export function planLanes({ jenkins, ...delivery }: Delivery & { jenkins: JenkinsDefinition }) {
  const { namespace: home } = delivery;
  const lanes = lanesOf(jenkins, home).map((lane) => ({ lane, manifests: laneManifests(lane) }));
  const policies = policyManifests(
    prefixOf(jenkins, home),
    lanes.map(({ lane }) => lane),
  );
  const launchers = lanes.map(({ lane }) => accountOf(lane, LAUNCHER, launcherRights(lane)));
  const agents = lanes.map(({ lane }) => accountOf(lane, AGENT, agentRights(lane, delivery)));
  const ways = launchers.map((account) =>
    roleManifests(LAUNCHER, account.namespace, account, account.rights),
  );

  // Who delivers or previews reads the lanes, too, its own roles among them: a refresh looks at everything.
  const readers = agents.filter(({ lane }) => lane.name !== "build");
  const builders = agents.filter(({ lane }) => lane.name === "build");
  const known = [...agents.map(({ namespace }) => namespace), ...readers.flatMap(placesOf), home];
  const places = [...new Set(known)].sort();
  const unread = grantsTo(readers, places);
  const reads = [...policies, ...ways, ...unread.roles, ...unread.clusterRoles]
    .flatMap(objectsOf)
    .concat(lanes.flatMap(({ manifests }) => readable(manifests)))
    .flatMap(rightToRead);
  const delivering = readers.map(({ rights, ...account }) => ({
    ...account,
    rights: distinct([...rights, ...reads]),
  }));
  const { roles, clusterRoles } = grantsTo(delivering, places);
  return {
    home,
    lanes,
    policies,
    roles: [...ways, ...roles],
    clusterRoles,
    credentials: Object.entries(delivery.credentials).flatMap(([name, { format = "opaque" }]) =>
      isForJenkins(format) ? [name] : [],
    ),
    accounts: [...launchers, ...builders, ...delivering],
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
      return deployRights(delivery);
  }
}

/** The roles of these accounts in each place, called after their lane. */
function grantsTo(accounts: readonly LaneAccount[], places: readonly string[]) {
  return {
    roles: accounts.flatMap((account) =>
      places.map((place) => roleManifests(account.namespace, place, account, account.rights)),
    ),
    clusterRoles: accounts.map((account) =>
      clusterRoleManifests(account.namespace, account, account.rights),
    ),
  };
}

/** Each right once, in an order that only the rights decide: as many services as there may be need the same ones. */
function distinct(rights: readonly Right[]): Right[] {
  const keyOf = ({ namespace, verb, name, ...resource }: Right): string =>
    JSON.stringify([namespace, resourceOf(resource), name, verb]);
  const byKey = new Map(rights.map((right) => [keyOf(right), right]));
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, right]) => right);
}

function placesOf({ rights }: LaneAccount): string[] {
  return rights.flatMap(({ namespace }) => namespace ?? []);
}

/** Everything but a launcher's token: it would let one lane start pods in another. */
function readable(manifests: ReturnType<typeof laneManifests>): ObjectReference[] {
  return objectsOf({ ...manifests, token: undefined });
}
