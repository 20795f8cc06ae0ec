import * as pulumi from "@pulumi/pulumi";

/** A resource in the stack's state, as the last run has left it. */
export interface KnownResource {
  readonly urn: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * The resources that this stack's state has, before any of them is declared.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
 */
export async function knownResources(): Promise<readonly KnownResource[]> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // The engine ends when it is asked for the resources of a stack that has none.
  const stack = await outputsFrom("pulumi:pulumi:readStackOutputs", { name });
  if (Object.keys(stack).length === 0) {
    return [];
  }
  const token = "pulumi:pulumi:readStackResourceOutputs";
  const resources = await outputsFrom(token, { stackName: name });
  return Object.entries(resources).map(([urn, resource]) => {
    const { outputs = {} } = resource as { readonly outputs?: KnownResource["outputs"] };
    return { urn, outputs };
  });
}

async function outputsFrom(
  token: string,
  args: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = (await pulumi.runtime.invoke(token, args)) as {
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
  return answer.outputs ?? {};
}
