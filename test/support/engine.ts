import * as pulumi from "@pulumi/pulumi";

import { FUNCTIONS } from "../../contract/tokens.ts";

/** A resource the program declared, with its inputs resolved as the provider would receive them. */
export interface Declared {
  readonly resource: pulumi.Resource;
  readonly name: string;
  readonly type: string;
  readonly inputs: unknown;
  /** Inputs that reach the provider as secrets, by their name at the top level. */
  readonly secrets: readonly string[];
  readonly opts: pulumi.CustomResourceOptions;
}

/** What the fake provider adds to a resource's inputs; `undefined` is unknown in a preview. */
export type Outputs = (type: string, inputs: Record<string, unknown>) => Record<string, unknown>;

/** What the fake provider's functions answer; without it, a call other than those before each Deployment fails the test. */
export type Answer = (call: {
  readonly token: string;
  readonly inputs: Record<string, unknown>;
}) => Record<string, unknown>;

type Program<T> = (opts: pulumi.ComponentResourceOptions) => T;
type ResourceClass<Args> = abstract new (
  name: string,
  args: Args,
  ...rest: never[]
) => pulumi.Resource;

/**
 * Runs `program` against a fake engine and returns what it declared, in program order.
 * The program must hand `opts` to the component under test: that is how children are seen.
 */
export async function deploy<T>(
  program: Program<T>,
  {
    preview = false,
    outputs = () => ({}),
    answer = ({ token, inputs }) => {
      if (token === FUNCTIONS.keepAnnotations) {
        return inputs;
      }
      if (token === FUNCTIONS.imagePlatforms) {
        return {};
      }
      throw new Error(`unexpected provider call: ${token}`);
    },
  }: { preview?: boolean; outputs?: Outputs; answer?: Answer } = {},
): Promise<{ result: T; declared: Declared[] }> {
  const received = new Map<string, { plain: Record<string, unknown>; secrets: string[] }>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const { type, name, custom } = args;
        const { plain, secrets } = unwrapped(args.inputs as Record<string, unknown>);
        received.set(`${type} ${name}`, { plain, secrets });
        if (custom !== true) {
          return { id: undefined, state: {} };
        }
        return {
          id: preview ? undefined : `${name}-id`,
          state: { ...plain, ...outputs(type, plain) },
        };
      },
      call: ({ token, inputs }) => answer({ token, inputs: inputs as Record<string, unknown> }),
    },
    "slipway",
    "test",
    preview,
    "organization",
  );

  const seen: pulumi.ResourceTransformationArgs[] = [];
  const transformations = [
    (args: pulumi.ResourceTransformationArgs): undefined => {
      seen.push(args);
    },
  ];
  const result = await run(() => program({ transformations }));

  const declared = seen.map(({ resource, type, name, opts }) => {
    const { plain, secrets = [] } = received.get(`${type} ${name}`) ?? {};
    return { resource, type, name, opts, inputs: plain, secrets };
  });
  return { result, declared };
}

/** Runs the program until the engine has all of it, also where it throws: the next one must not meet its rest. */
async function run<T>(program: () => T): Promise<T> {
  try {
    return program();
  } finally {
    await pulumi.runtime.disconnect();
  }
}

/** The one declared resource of a class. */
export function only(
  declared: readonly Declared[],
  kind: abstract new (...args: never[]) => pulumi.Resource,
): Declared {
  const [found, ...others] = declared.filter(({ resource }) => resource instanceof kind);
  if (found === undefined || others.length > 0) {
    throw new Error(
      `expected one ${kind.name} among ${declared.map(({ type }) => type).join(", ")}`,
    );
  }
  return found;
}

/** The provider that a declared resource was given, or finds by itself. */
export function providerOf({
  resource,
  type,
  opts,
}: Declared): pulumi.ProviderResource | undefined {
  return opts.provider ?? resource.getProvider(type);
}

/** Resolved inputs of the one declared resource of a class. */
export function inputsOf<Args>(
  declared: readonly Declared[],
  kind: ResourceClass<Args>,
): pulumi.Unwrap<NonNullable<Args>> {
  return only(declared, kind).inputs as pulumi.Unwrap<NonNullable<Args>>;
}

/** The value of an output once the program has run, undefined where it is unknown. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const promise = new Promise<T>((resolve) => output.apply(resolve));
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  return (await isKnown) ? await promise : undefined;
}

function unwrapped(inputs: Record<string, unknown>): {
  plain: Record<string, unknown>;
  secrets: string[];
} {
  const entries = Object.entries(inputs);
  return {
    plain: Object.fromEntries(
      entries.map(([key, value]) => [key, pulumi.runtime.unwrapRpcSecret(value) as unknown]),
    ),
    secrets: entries.filter(([, value]) => pulumi.runtime.isRpcSecret(value)).map(([key]) => key),
  };
}
