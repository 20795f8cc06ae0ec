import type { Api } from "../cluster/api.ts";

interface EventList {
  readonly items: readonly {
    readonly type?: string;
    readonly message?: string;
    readonly lastTimestamp?: string | null;
  }[];
}

/** The newest warning about an object: conditions keep less, or the message of the first failure. */
export async function lastWarning(
  api: Api,
  kind: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  try {
    const path = `/api/v1/namespaces/${namespace}/events`;
    const { items } = (await api.get(path, { fieldSelector }, signal)) as EventList;
    return items
      .filter(({ type }) => type === "Warning")
      .sort((one, other) => ((one.lastTimestamp ?? "") < (other.lastTimestamp ?? "") ? -1 : 1))
      .at(-1)?.message;
  } catch {
    return undefined;
  }
}
