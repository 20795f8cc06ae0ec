import { byName } from "../../components/by-name.ts";
import { label } from "../fields.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";

/** As long as a password that nobody types. */
const RANDOM = { random: { length: 32 } };

/** What a trial has in the place of the tried stack's secrets. */
export interface MadeUp {
  readonly credentials: Mapping;
  readonly services: Mapping;
  /** What has no place in a trial, and why. */
  readonly leftOut: readonly string[];
}

/**
 * Made-up values for every credential, and for every key of a Secret that others make: what a pull request runs sees no secret of the
 * tried stack. A setting that the pool's own file has is one that somebody has chosen for trials.
 *
 * @param own settings of the pool's own stack
 */
export function madeUp(credentials: Mapping, services: Mapping, own: Mapping): MadeUp {
  const entries = Object.entries(credentials);
  const foreign = entries.filter(([, each]) => fieldsOf(each)["namespace"] !== undefined);
  const hasLogin = fieldsOf(own["registry"])["username"] !== undefined;
  const pulls = entries.filter((each) => !foreign.includes(each) && isPull(each[1]) && !hasLogin);
  const made = entries
    .filter((entry) => !foreign.includes(entry) && !pulls.includes(entry))
    .map(([name, each]) => [name, isPull(each) ? pull(each) : invented(fieldsOf(each), own)]);
  const known = Object.fromEntries(made) as Record<string, Mapping>;
  const found = new Map<string, Set<string>>();
  const rewritten = byName(services, (_, service) => withCredentials(service, known, found));
  return {
    credentials: { ...known, ...byName(Object.fromEntries(found), (_, keys) => keysOf(keys)) },
    services: rewritten,
    leftOut: [
      ...foreign.map(([name]) => `credentials.${name}: its Secret is in another namespace`),
      ...pulls.map(([name]) => `credentials.${name}: slipway:registry of the pool has no username`),
    ],
  };
}

function isPull(credential: unknown): boolean {
  return fieldsOf(credential)["format"] === "dockerconfigjson";
}

/** The login is that of the pool's own registry. */
function pull(credential: unknown): Mapping {
  return { format: fieldsOf(credential)["format"], keys: {} };
}

/** Opaque, whatever it was for: Jenkins would take up one that is made for it. */
function invented({ keys }: Mapping, own: Mapping): Mapping {
  return { keys: byName(fieldsOf(keys), (_, source) => value(source, own)) };
}

function value(source: unknown, own: Mapping): Mapping {
  const { setting, random } = fieldsOf(source);
  if (typeof setting === "string" && own[setting] !== undefined) {
    return fieldsOf(source);
  }
  return random === undefined ? RANDOM : fieldsOf(source);
}

function keysOf(keys: ReadonlySet<string>): Mapping {
  return { keys: Object.fromEntries([...keys].sort().map((key) => [key, RANDOM])) };
}

/** The same service with a credential of the trial in the place of each key of a Secret that others make. */
function withCredentials(
  written: unknown,
  known: Readonly<Record<string, Mapping>>,
  found: Map<string, Set<string>>,
): unknown {
  if (Array.isArray(written)) {
    return written.map((each: unknown) => withCredentials(each, known, found));
  }
  const fields = mapping(written);
  if (fields === undefined) {
    return written;
  }
  const { secret, key, ...rest } = fields;
  if (typeof secret === "string" && typeof key === "string" && label.safeParse(secret).success) {
    if (known[secret] === undefined) {
      found.set(secret, (found.get(secret) ?? new Set()).add(key));
    }
    return { ...rest, credential: secret, key };
  }
  return byName(fields, (_, each) => withCredentials(each, known, found));
}
