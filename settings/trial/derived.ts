import { fieldsOf, type Mapping } from "../mapping.ts";
import { namespaceName } from "../namespace.ts";
import { settingsUsed } from "../credential-conflicts.ts";
import { PASSWORD } from "../registry.ts";
import { settingsOfBuilds } from "../service/build.ts";
import { madeUp } from "./credentials.ts";
import { groupsAmong, withoutPrivileged } from "./privileged.ts";
import { type Place, triedServices } from "./services.ts";

/** Settings of the tried stack that its trials have as they are. */
const KEPT = ["sealing"];

/** Settings of the pool's own stack that its trials have: where, and with which images. */
const OWN = ["cluster", "registry", PASSWORD];

/** The settings of a trial, and what of the tried stack it does not have. */
export interface Derived {
  /** By key without `slipway:`. */
  readonly settings: Mapping;
  readonly leftOut: readonly string[];
}

/**
 * The settings of a trial: those of the tried stack, in a namespace of the pool, with made-up credentials, and without what would act
 * beyond that namespace.
 *
 * @param of settings of the tried stack
 * @param own settings of the pool's stack
 */
export function derivedSettings(of: Mapping, own: Mapping, place: Place): Derived {
  const bounded = withoutPrivileged(fieldsOf(of["services"]));
  const { services, leftOut } = triedServices(
    bounded.services,
    namespaceName(of["namespace"]),
    place,
  );
  const groups = groupsAmong(of["groups"], services);
  const made = madeUp(fieldsOf(of["credentials"]), services, own);
  const extras = extrasOf(fieldsOf(of["extras"]));
  const policy = policyOf(of["policy"]);
  const secrets = [...settingsUsed(made.credentials), ...settingsOfBuilds(made.services)];
  return {
    settings: {
      ...picked(of, KEPT),
      ...picked(own, OWN),
      ...picked(own, secrets),
      namespace: { name: place.namespace, exists: true },
      ...(Object.keys(made.credentials).length > 0 && { credentials: made.credentials }),
      ...(Object.keys(extras.kept).length > 0 && { extras: extras.kept }),
      ...(Object.keys(groups).length > 0 && { groups }),
      ...(policy !== undefined && { policy }),
      services: made.services,
    },
    leftOut: [...bounded.leftOut, ...leftOut, ...made.leftOut, ...extras.leftOut],
  };
}

function picked(from: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

/** What a team installs for all, such as an operator, is installed once. */
function extrasOf(extras: Mapping) {
  const all = Object.entries(extras);
  const beyond = all.filter(([, extra]) => fieldsOf(extra)["outside"] !== undefined);
  return {
    kept: Object.fromEntries(all.filter((entry) => !beyond.includes(entry))),
    leftOut: beyond.map(([name]) => `extras.${name}: it has objects outside of its namespace`),
  };
}

/** A policy at the API server is an object of the cluster, which the pool has already. */
function policyOf(written: unknown): Mapping | undefined {
  if (written === undefined) {
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(fieldsOf(written)).filter(([key]) => key !== "admission"),
  );
}
