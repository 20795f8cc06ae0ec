import * as pulumi from "@pulumi/pulumi";

/**
 * An output, or nothing if the update gives it no value: `--target` left its resource out before it was ever created. What
 * reads it with others would not run for any of them, and the state would keep a placeholder. A preview keeps all.
 */
export async function known<T>(output: pulumi.Output<T>): Promise<pulumi.Output<T> | undefined> {
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  // What failed is no less an output: whoever reads it is to fail.
  const hasValue = await isKnown.catch(() => true);
  return hasValue || pulumi.runtime.isDryRun() ? output : undefined;
}

/** The value of an output, undefined as long as it is unknown: in a preview, or because `--target` left its resource out. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const { isKnown, promise } = output as unknown as {
    readonly isKnown: Promise<boolean>;
    readonly promise: () => Promise<T>;
  };
  return (await isKnown) ? promise() : undefined;
}
