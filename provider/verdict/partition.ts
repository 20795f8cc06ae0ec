import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import type { Finding } from "./finding.ts";
import { type StatefulSet, uidOf } from "./objects.ts";
import { partitionOf } from "./revision.ts";

/** The partition that a release was applied with, once its very generation was seen. */
export class AppliedPartition {
  #asked: number | undefined;

  private readonly release: ReadinessInputs;

  constructor(release: ReadinessInputs) {
    this.release = release;
  }

  /** What is to be said of a StatefulSet that holds back more pods than was asked for, at this moment. */
  see(set: StatefulSet | undefined): Finding[] {
    const { deployment } = this.release;
    if (set === undefined || uidOf(set) !== deployment.uid) {
      return [];
    }
    const present = partitionOf(set);
    if (set.metadata?.generation === deployment.generation) {
      this.#asked ??= present;
    }
    if (this.#asked === undefined || present <= this.#asked) {
      return [];
    }
    const message = `somebody has raised the partition from ${this.#asked} to ${present} since it was applied, so that it holds back pods; pulumi up --refresh puts that back`;
    return [{ reason: "paused", object: titleOf(deployment), message }];
  }
}
