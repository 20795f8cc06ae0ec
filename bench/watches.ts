import { kubectl } from "../testbed/kubectl.ts";

const METRIC = /^apiserver_longrunning_requests\{(.*)\} (\d+)$/gm;
const SAMPLE_MS = 1000;

/** What each node watches by name, one watch for each object that its pods mount. */
const KUBELETS = ["configmaps", "secrets"];

/** Runs the work and returns how many watches it had open on the API server at most. */
export async function watchesDuring(work: () => Promise<unknown>): Promise<number> {
  const before = await openWatches();
  let most = 0;
  const end = new AbortController();
  const sampling = (async () => {
    while (!end.signal.aborted) {
      most = Math.max(most, await openWatches());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  try {
    await work();
  } finally {
    end.abort();
    await sampling;
  }
  return most - before;
}

async function openWatches(): Promise<number> {
  return countWatches(await kubectl(["get", "--raw", "/metrics"]));
}

/**
 * Counts the open watches in the API server's metrics: those of a namespace or of one object, because
 * controllers and nodes watch the cluster as a whole.
 *
 * @see https://kubernetes.io/docs/reference/instrumenting/metrics/
 */
export function countWatches(metrics: string): number {
  return [...metrics.matchAll(METRIC)]
    .filter(([, labels = ""]) => {
      const { verb, scope, resource = "" } = labelsOf(labels);
      return verb === "WATCH" && scope !== "cluster" && !KUBELETS.includes(resource);
    })
    .reduce((sum, [, , value]) => sum + Number(value), 0);
}

function labelsOf(text: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}
