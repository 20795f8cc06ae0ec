import type { Right, Verb } from "../../rights.ts";

/** Acts on resources of one API group. */
export interface Acts {
  readonly group: string;
  /** In the plural; a subresource follows a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
}

/** One right for each verb on each resource. */
export function rightsTo({ group, resources, verbs }: Acts): Right[] {
  return resources.flatMap((path) => {
    const [resource = "", subresource] = path.split("/");
    const object = { group, resource, ...(subresource !== undefined && { subresource }) };
    return verbs.map((verb) => ({ verb, ...object }));
  });
}
