import type { Api } from "../cluster/api.ts";
import { find } from "../cluster/find.ts";

/** A Secret, as far as it says when it was written. */
interface Written {
  readonly metadata?: {
    readonly creationTimestamp?: string;
    readonly managedFields?: readonly { readonly time?: string }[];
  };
}

/**
 * When a Secret was written last, in milliseconds since 1970; nothing of its content is kept.
 * @returns undefined where it does not exist, or where this identity may not read it
 */
export async function secretWritten(
  api: Pick<Api, "get">,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const { creationTimestamp, managedFields = [] } =
      (await find<Written>(api, path, signal))?.metadata ?? {};
    const times = [creationTimestamp, ...managedFields.map(({ time }) => time)]
      .map((time) => Date.parse(time ?? ""))
      .filter((time) => !Number.isNaN(time));
    return times.length === 0 ? undefined : Math.max(...times);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
