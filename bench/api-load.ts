import { kubectl } from "../testbed/kubectl.ts";

const WATCHES = /^apiserver_longrunning_requests\{(.*)\} (\d+)$/gm;
const LISTS = /^apiserver_request_total\{(.*)\} (\d+)$/gm;
const LIST_BYTES = /^apiserver_response_sizes_sum\{(.*)\} ([\d.e+]+)$/gm;
const SAMPLE_MS = 1000;

/** What each node watches by name, one watch for each object that its pods mount. */
const KUBELETS = ["configmaps", "secrets"];

/** What a work asked of the API server. */
export interface ApiLoad {
  /** Most watches that were open at a time. */
  readonly watches: number;
  /** Requests for lists of a namespace: one for each page. */
  readonly lists: number;
  /** Bytes of the answers to them. */
  readonly listBytes: number;
}

/** Runs the work and says what it asked of the API server, if nobody else asks for anything meanwhile. */
export async function apiLoadDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly load: ApiLoad }> {
  const before = await metrics();
  let most = 0;
  const end = new AbortController();
  const sampling = (async () => {
    while (!end.signal.aborted) {
      most = Math.max(most, countWatches(await metrics()));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  const result = await work().finally(async () => {
    end.abort();
    await sampling;
  });
  const [from, to] = [countLists(before), countLists(await metrics())];
  const load = {
    watches: most - countWatches(before),
    lists: to.lists - from.lists,
    listBytes: to.listBytes - from.listBytes,
  };
  return { result, load };
}

function metrics(): Promise<string> {
  return kubectl(["get", "--raw", "/metrics"]);
}

/**
 * Counts the open watches in the API server's metrics: those of a namespace or of one object, because
 * controllers and nodes watch the cluster as a whole.
 *
 * @see https://kubernetes.io/docs/reference/instrumenting/metrics/
 */
export function countWatches(metrics: string): number {
  return sum(
    metrics,
    WATCHES,
    ({ verb, scope, resource = "" }) =>
      verb === "WATCH" && scope !== "cluster" && !KUBELETS.includes(resource),
  );
}

/** Counts the lists of namespaces in the API server's metrics since it has started: controllers and nodes list the cluster as a whole. */
export function countLists(metrics: string): Pick<ApiLoad, "lists" | "listBytes"> {
  const isList = ({ verb, scope }: Labels) => verb === "LIST" && scope === "namespace";
  return { lists: sum(metrics, LISTS, isList), listBytes: sum(metrics, LIST_BYTES, isList) };
}

type Labels = Readonly<Record<string, string | undefined>>;

function sum(metrics: string, metric: RegExp, counts: (labels: Labels) => boolean): number {
  return [...metrics.matchAll(metric)]
    .filter(([, labels = ""]) => counts(labelsOf(labels)))
    .reduce((total, [, , value]) => total + Number(value), 0);
}

function labelsOf(text: string): Labels {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}
