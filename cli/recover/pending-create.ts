import { z } from "zod";

import { type EngineState, nameOf, type StateResource } from "./engine-state.ts";

/** A creation that began, by the state, which does not say how it ended. */
export interface PendingCreate {
  readonly urn: string;
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  /** URN, undefined for a resource at the root. */
  readonly parent: string | undefined;
  /** URN. */
  readonly provider: string | undefined;
  /** When what it needs was in the state, so it began no earlier; undefined if the state does not say. */
  readonly since: string | undefined;
  /** What it creates in the cluster, undefined for what is not a Kubernetes object. */
  readonly object: ObjectInputs | undefined;
}

/** The object that was requested. */
export type ObjectInputs = z.output<typeof objectSchema>;

const text = z.string().min(1);

const objectSchema = z.object({
  apiVersion: text,
  kind: text,
  metadata: z.object({
    name: text,
    namespace: text.optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});

/** The creations that were begun and never ended, each once. */
export function pendingCreates({
  resources = [],
  pending_operations = [],
}: EngineState): PendingCreate[] {
  const created = new Map(resources.map((resource) => [resource.urn, resource.created]));
  const begun = pending_operations
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => [resource.urn, pendingCreate(resource, created)] as const);
  return [...new Map(begun).values()];
}

function pendingCreate(
  { urn, type, parent, provider, dependencies = [], inputs }: StateResource,
  created: ReadonlyMap<string, string | undefined>,
): PendingCreate {
  const providerUrn = provider?.slice(0, provider.lastIndexOf("::"));
  const needed = [parent, providerUrn, ...dependencies].flatMap((each) => {
    const time = each === undefined ? undefined : created.get(each);
    return time === undefined ? [] : [time];
  });
  return {
    urn,
    type,
    name: nameOf(urn),
    parent,
    provider: providerUrn,
    since: needed.sort((one, other) => Date.parse(one) - Date.parse(other)).at(-1),
    object: type.startsWith("kubernetes:") ? objectSchema.safeParse(inputs).data : undefined,
  };
}
