import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Subject } from "../../wire/plugin.ts";
import type { Cluster } from "../cluster.ts";
import { provedScrapes, type ScrapedVerdict } from "../monitoring/scrape-proof.ts";
import type { Proof } from "../verdict/finding.ts";
import type { Deployment, Observed } from "../verdict/objects.ts";
import { awaitVerdict, type Timed, type WaitOptions } from "../waiting/wait.ts";
import { AwaitedRelease } from "./awaited-release.ts";
import { brokenBefore } from "./old-pods.ts";
import { resumption, rolloutBegan } from "./resumption.ts";
import type { Stored } from "./state.ts";

/** What is known of a release when its wait begins. */
export interface Beginning {
  /** The release by the generation that it got when it was applied again, undefined if it was not. */
  readonly again: ReadinessInputs | undefined;
  readonly stored: Stored;
  /** What delivers it, as far as the cluster has said so. */
  readonly deployment: Deployment | undefined;
}

/** The verdict on a release, with what Prometheus says of one that is ready. An earlier wait for it is continued. */
export async function judgeRelease(
  cluster: Cluster,
  { log }: Pick<Subject, "log">,
  release: ReadinessInputs,
  { again, stored, deployment }: Beginning,
  options: WaitOptions,
): Promise<Timed<Observed, Proof> & ScrapedVerdict> {
  const resumed = resumption(release, stored.release, deployment, performance.timeOrigin);
  if (resumed !== undefined) {
    log.info(resumed);
  }
  const broken = brokenBefore(stored.release);
  const began = rolloutBegan(resumed === undefined ? undefined : deployment);
  const awaited = new AwaitedRelease(cluster, again ?? release, {
    ...{ broken, began },
    before: stored,
  });
  const judgement = await awaitVerdict(awaited, options);
  const found = await provedScrapes(cluster, release, judgement, { ...options, wait: true });
  return { ...judgement, ...found };
}
