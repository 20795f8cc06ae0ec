import type { Right, Verb } from "../../rights.ts";

/** Acts on resources of one API group. */
export interface Acts {
  readonly group: string;
  /** In the plural; a subresource follows a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  /** @default - on all objects */
  readonly names?: readonly string[];
}

/** One right for each verb on each resource, and for each name. */
export function rightsTo({ group, resources, verbs, names }: Acts): Right[] {
  return resources.flatMap((path) => {
    const [resource = "", subresource] = path.split("/");
    const objects = { group, resource, ...(subresource !== undefined && { subresource }) };
    const each = names?.map((name) => ({ ...objects, name })) ?? [objects];
    return each.flatMap((object) => verbs.map((verb) => ({ verb, ...object })));
  });
}
