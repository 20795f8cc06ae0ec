import { AGENT, type JenkinsDefinition, prefixOf, userName } from "../lanes/definition.ts";
import { type Delivery, servicesOf } from "../lanes/delivery.ts";
import { planLanes } from "../lanes/plan.ts";
import { exceptionsIn } from "../exceptions.ts";
import { EXCEPTIONS, type Level, strictest } from "../service/exceptions.ts";
import { poolNamespaces, type TrialDefinition } from "./definition.ts";
import { homeManifests, poolManifests } from "./objects.ts";
import { boundsPolicy } from "./policy.ts";
import { rightsToBook, rightsToSweep } from "./swept.ts";

/** Everything of a pool of trials, as plain data. */
export type PoolPlan = ReturnType<typeof planPool>;

/** What {@link planPool} follows from. */
export interface PoolDefinition {
  /** The namespace that says which pull request has which namespace of the pool. */
  readonly home: string;
  readonly trial: TrialDefinition;
  /** @default - Jenkins delivers no trials */
  readonly jenkins?: JenkinsDefinition | undefined;
  /** What a trial delivers. */
  readonly delivery: Delivery;
}

/** Plans the namespaces of a pool, what bounds them, and the rights of the lane that delivers and ends trials. */
export function planPool({ home, trial, jenkins, delivery }: PoolDefinition) {
  const names = poolNamespaces(home, trial.most);
  const level = levelFor(delivery);
  const prefix = jenkins && prefixOf(jenkins, home);
  const agent = prefix === undefined ? undefined : userName(`${prefix}-deploy`, AGENT);
  const bounds = boundsPolicy(home, names, trial.host, agent);
  const pooled = { ...delivery, admission: bounds, places: names };
  return {
    home,
    homeManifests: homeManifests(home),
    namespaces: names.map((name) => ({ name, manifests: poolManifests(name, trial.quota, level) })),
    bounds,
    lanes:
      jenkins &&
      planLanes({ ...pooled, ...rightsBeside(home, names), jenkins: lane(jenkins, home) }),
  };
}

/** What ends trials, and keeps the book of them. */
function rightsBeside(home: string, names: readonly string[]): Pick<Delivery, "also"> {
  return { also: [...rightsToBook(home), ...names.flatMap(rightsToSweep)] };
}

/** One lane for all namespaces: that of a trial is known when it is taken. */
function lane({ lanes, ...others }: JenkinsDefinition, home: string): JenkinsDefinition {
  return { ...others, prefix: prefixOf(others, home), lanes: { deploy: lanes?.deploy ?? {} } };
}

/** The level that the tried stack's own namespace would have. */
function levelFor(delivery: Delivery): Level {
  const words = servicesOf(delivery).flatMap((service) => exceptionsIn(service));
  return strictest(words.map(({ word }) => EXCEPTIONS[word].level));
}
