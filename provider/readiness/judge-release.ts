import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Cluster } from "../cluster.ts";
import { provedScrapes, type ScrapedVerdict } from "../monitoring/scrape-proof.ts";
import type { Proof } from "../verdict/finding.ts";
import type { Deployment, Observed } from "../verdict/objects.ts";
import { awaitVerdict, type Timed, type WaitOptions } from "../waiting/wait.ts";
import { AwaitedRelease } from "./awaited-release.ts";
import { brokenBefore } from "./old-pods.ts";
import { rolloutBegan } from "./resumption.ts";
import type { Stored } from "./state.ts";

/** What is known of a release when its wait begins. */
export interface Beginning {
  /** The release by the generation that it got when it was applied again, undefined if it was not. */
  readonly again: ReadinessInputs | undefined;
  readonly stored: Stored;
  /** What delivers it, if an earlier wait for it is continued. */
  readonly resumed: Deployment | undefined;
}

/** The verdict on a release, with what Prometheus says of one that is ready. */
export async function judgeRelease(
  cluster: Cluster,
  release: ReadinessInputs,
  { again, stored, resumed }: Beginning,
  options: WaitOptions,
): Promise<Timed<Observed, Proof> & ScrapedVerdict> {
  const broken = brokenBefore(stored.release);
  const began = rolloutBegan(resumed);
  const awaited = new AwaitedRelease(cluster, again ?? release, broken, began);
  const judgement = await awaitVerdict(awaited, options);
  const found = await provedScrapes(cluster, release, judgement, { ...options, wait: true });
  return { ...judgement, ...found };
}
