import type { z } from "zod";
import type { NeededRight } from "../../rights.ts";
import type { Cluster } from "../cluster.ts";
import type { Api } from "../cluster/api.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { ObjectAssessment } from "../verdict/awaited-object.ts";
import { atOnce, Course, type Summary } from "../verdict/course.ts";
import type { Failed, FinalVerdict, Verdict } from "../verdict/finding.ts";
import { REASONS } from "../verdict/reasons.ts";
import type { Awaited, Judge, Place, Wait } from "../waiting/awaited.ts";
import { poll } from "../waiting/poll.ts";
import type { SecretFinding } from "./finding.ts";

/** A controller retries a few times at once; what it says after that is its last word. */
const GRACE_SECONDS = 1.5;

/** Without a limit of the resource's own. */
const PATIENCE_SECONDS = 60;

/** What makes a Secret, and how it is looked at. */
export interface SecretSource {
  readonly kind: "SealedSecret" | "ExternalSecret";
  /** As in RBAC rules. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly rights: readonly NeededRight[];
  readonly look: (signal: AbortSignal) => Promise<SecretFinding>;
}

/** What differs between the kinds of objects that a controller makes a Secret of. */
export interface SecretKind<Inputs> {
  readonly schema: z.ZodType<Inputs>;
  /** @param again whether the controller is to retry what it gave up, or waits long to retry */
  source(api: Api, inputs: Inputs, digestKey: string, again: boolean): SecretSource;
  /**
   * A digest of the Secret's values, where only the store knows them; undefined if the Secret does not exist.
   * @default - the inputs have the digests
   */
  digest?(
    api: Api,
    inputs: Inputs,
    digestKey: string,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** A failure in words, with its remedy. */
  report(inputs: Inputs, message: string): string;
}

/** A Secret that a controller makes of another object, as what is waited for. */
export class AwaitedSecret implements Awaited<SecretFinding, Summary> {
  readonly cluster: Cluster;
  readonly place: Place;
  readonly nothing: SecretFinding = { kind: "waiting", message: "" };

  private readonly source: SecretSource;

  /** @param name what the program calls it */
  constructor(cluster: Cluster, source: SecretSource, name: string) {
    this.source = source;

    const { kind, namespace } = source;
    this.cluster = cluster;
    this.place = { name, title: `${kind} ${source.name}`, noun: kind, namespace };
  }

  limitSeconds(timeoutSeconds: number): number {
    return timeoutSeconds || PATIENCE_SECONDS;
  }

  follow(): Promise<Subscription<SecretFinding>> {
    const { look, resource } = this.source;
    return Promise.resolve(poll(look, this.nothing, `${resource} or secrets`));
  }

  judge({ startedAt, seconds }: Wait): Judge<SecretFinding, Summary> {
    const course = new Course(startedAt, seconds);
    return {
      judge: (finding, now) => timed(course.judge(this.#assess(finding), now), seconds),
      deadline: () => course.deadline(),
    };
  }

  judgeAtOnce(finding: SecretFinding): FinalVerdict<Summary> {
    return atOnce(this.#assess(finding));
  }

  rights(): readonly NeededRight[] {
    return this.source.rights;
  }

  /**
   * A failure in words.
   * @param advice what is said of a Secret that was judged
   */
  explain({ reason, message, notes = [] }: Failed, advice: (message: string) => string): string {
    const { kind, namespace, name } = this.source;
    return REASONS[reason].about === "release"
      ? advice(message)
      : [`${kind} ${namespace}/${name}: ${reason}: ${message}`, ...notes].join("\n");
  }

  #assess(finding: SecretFinding): ObjectAssessment {
    if (finding.kind === "ready") {
      return { findings: [], text: "" };
    }
    const { message } = finding;
    const about = { object: this.place.title, message };
    return finding.kind === "waiting"
      ? { findings: [{ reason: "not-ready", ...about }], text: message }
      : {
          findings: [{ reason: "condition-failed", ...about, tolerance: GRACE_SECONDS }],
          text: message,
        };
  }
}

/** What is still missing when the time is over. */
function timed(verdict: Verdict<Summary>, seconds: number): Verdict<Summary> {
  return verdict.kind === "failed" && verdict.reason === "not-ready"
    ? { ...verdict, message: `${verdict.message} after ${seconds} s` }
    : verdict;
}
