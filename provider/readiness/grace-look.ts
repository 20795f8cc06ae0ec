import type { ReadinessInputs } from "../../contract/readiness.ts";
import { VERDICT } from "../../contract/verdict.ts";
import { configOf } from "../verdict/config.ts";
import { absentDependency } from "../verdict/dependency.ts";
import { logSources } from "../verdict/evidence.ts";
import type { Finding } from "../verdict/finding.ts";
import { type Grace, isOf } from "../verdict/grace.ts";
import type { OwnerAtWork } from "./config-owner.ts";
import { nameOf, type Observed, type Pod } from "../verdict/objects.ts";
import type { ContainerLog, LogSource } from "../verdict/log-hints.ts";

/** A controller that makes a Secret from another object has done so by then. */
const CONFIG_SECONDS = 60;

/** What the closer looks read of the cluster. */
export interface Sources {
  readonly log: (source: LogSource) => Promise<ContainerLog>;
  /** Who is about to make a Secret of this name. */
  readonly owner: (secret: string) => Promise<OwnerAtWork>;
}

/**
 * Looks closer at what would fail a release at once: whether it may pass by itself. Each finding is looked at once; a
 * further crash is another finding, and has to give its own reason.
 */
export class GraceLook {
  readonly #graces: Grace[] = [];
  private readonly release: ReadinessInputs;
  private readonly sources: Sources;

  constructor(release: ReadinessInputs, sources: Sources) {
    this.release = release;
    this.sources = sources;
  }

  /** What is observed, with what was found to be worth waiting for so far. */
  see(observed: Observed): Observed {
    return { ...observed, graces: this.#graces };
  }

  /** Whether there is time for this finding that was not known of. */
  async look(finding: Finding, observed: Observed): Promise<boolean> {
    const { reason, object, message, container } = finding;
    const isKnown = this.#graces.some(({ of }) => isOf(of, finding));
    const found = isKnown ? undefined : await this.#graceFor(finding, observed);
    if (found !== undefined) {
      const of = { reason, object, message, ...(container !== undefined && { container }) };
      this.#graces.push({ of, ...found });
    }
    return found !== undefined;
  }

  #graceFor(finding: Finding, observed: Observed): Promise<Omit<Grace, "of"> | undefined> {
    switch (finding.reason) {
      case "crash-loop":
      case "init-failed":
        return this.#dependency(finding, observed);
      case "config-missing":
        return this.#owner(finding, observed);
      default:
        return Promise.resolve(undefined);
    }
  }

  /** A program that ended because what it needs did not answer: by its last message, or its log. */
  async #dependency({ object, container, message }: Finding, { pods }: Observed) {
    const { logs = true, warmupSeconds = VERDICT.warmupSeconds.default } = this.release;
    const suspects = pods.filter((pod) => object === `pod ${nameOf(pod)}`);
    const source = logSources(suspects).find((candidate) => candidate.container === container);
    const lines = logs && source !== undefined ? (await this.sources.log(source)).lines : [];
    const line = absentDependency(message.split("\n")) ?? absentDependency(lines);
    if (line === undefined) {
      return undefined;
    }
    const seconds = Math.min(warmupSeconds, this.release.deadlineSeconds);
    const note = `it ends because something that it needs does not answer, which gets ${seconds} s (warmupSeconds): ${line}`;
    return { seconds, note };
  }

  /** A Secret that a controller is about to make; with a tolerance of its own for it, whoever makes it. */
  async #owner({ object, message }: Finding, { pods }: Observed) {
    const pod = pods.find((candidate) => object === `pod ${nameOf(candidate)}`);
    const { configSeconds: given } = this.release.tolerate ?? {};
    const { owner, unread } =
      given === undefined ? await this.#ownerOf(pod, message) : { owner: undefined, unread: [] };
    if ((given ?? 0) === 0 && owner === undefined) {
      return unread.length === 0 ? undefined : { seconds: 0, note: unasked(unread) };
    }
    const seconds = Math.min(given ?? CONFIG_SECONDS, this.release.deadlineSeconds);
    const maker = owner === undefined ? "what is missing" : `${owner} is to make it, which`;
    return { seconds, note: `${maker} gets ${seconds} s (tolerate.configSeconds)` };
  }

  async #ownerOf(pod: Pod | undefined, message: string): Promise<OwnerAtWork> {
    const secrets = pod === undefined ? [] : secretsOf(pod);
    const named = secrets.filter(
      (name) => message.includes(`"${name}"`) || message.includes(`/${name}`),
    );
    const looks = (named.length > 0 ? named : secrets).map((name) => this.sources.owner(name));
    const found = await Promise.all(looks);
    const unread = [...new Set(found.flatMap((each) => each.unread))];
    return found.find(({ owner }) => owner !== undefined) ?? { unread };
  }
}

function unasked(kinds: readonly string[]): string {
  return `whether a controller is about to make it is unknown: this identity may not list ${kinds.join(", ")}; an administrator grants that, or tolerate.configSeconds says how long to wait`;
}

/** The Secrets that a pod cannot start without. */
function secretsOf(pod: Pod): string[] {
  return configOf(pod).flatMap(({ kind, name, key }) =>
    kind === "secret" && key === undefined ? [name] : [],
  );
}
