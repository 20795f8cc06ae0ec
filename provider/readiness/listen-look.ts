import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { pause } from "../cluster/pause.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import { type ContainerLog, saysElsewhere } from "../verdict/log-hints.ts";
import { type Elsewhere, nameOf, type Observed } from "../verdict/objects.ts";
import { judgedContainersOf } from "../verdict/pod.ts";
import { refusalOf } from "../verdict/probe.ts";
import type { JudgedContainer } from "../verdict/judged-container.ts";
import type { Sources } from "../waiting/grace-look.ts";

/** Before the first look: most processes listen by then. */
const FIRST_MILLISECONDS = 2000;

/** Before the next one, if the last has found something. */
const AGAIN_MILLISECONDS = 4000;

/**
 * Looks into the log of a container whose probes are refused: one that listens on a different port is not about to start.
 * What one look has found, each further one must find again, and nothing else: what goes on to log may still be starting,
 * and have opened the port of its metrics first.
 */
export class ListenLook {
  #elsewhere: readonly Elsewhere[] = [];
  #looking = false;
  #observed: Observed | undefined;
  #before: ContainerLog | undefined;

  private readonly release: ReadinessInputs;
  private readonly log: Sources["log"];
  private readonly wait: { readonly wake: () => void; readonly signal: AbortSignal };

  /** @param wait wakes its rules when something else was found than before; its signal ends the looks */
  constructor(
    release: ReadinessInputs,
    log: Sources["log"],
    wait: { readonly wake: () => void; readonly signal: AbortSignal },
  ) {
    this.release = release;
    this.log = log;
    this.wait = wait;
  }

  /** What is observed, with the containers that were found to listen where nobody asks. */
  see(observed: Observed): Observed {
    this.#observed = observed;
    if (!this.#looking && this.release.logs !== false && this.#refused() !== undefined) {
      this.#looking = true;
      void this.#look();
    }
    return { ...observed, elsewhere: this.#elsewhere };
  }

  async #look(): Promise<void> {
    const { signal } = this.wait;
    let rest = FIRST_MILLISECONDS;
    for (;;) {
      await pause(rest, signal);
      const refused = this.#refused();
      if (refused === undefined || signal.aborted) {
        break;
      }
      const found = await this.#isElsewhere(refused);
      const { pod, container } = refused;
      this.#tell(found ? [{ pod: nameOf(pod), container: container.name }] : []);
      rest = found ? AGAIN_MILLISECONDS : rest * 2;
    }
    this.#tell([]);
    this.#before = undefined;
    this.#looking = false;
  }

  async #isElsewhere(judged: JudgedContainer): Promise<boolean> {
    const { pod, container } = judged;
    const source = { pod: nameOf(pod), container: container.name, previous: false };
    const log = await this.log(source);
    const before = this.#before?.pod === source.pod ? this.#before : log;
    this.#before = log;
    const isQuiet = isDeepStrictEqual(before.lines, log.lines);
    return isQuiet && saysElsewhere(log.lines, container, refusalOf(judged) ?? "");
  }

  #tell(elsewhere: readonly Elsewhere[]): void {
    const isChange = JSON.stringify(elsewhere) !== JSON.stringify(this.#elsewhere);
    this.#elsewhere = elsewhere;
    if (isChange && !this.wait.signal.aborted) {
      this.wait.wake();
    }
  }

  /** The first container that is refused: the others are of the same template. */
  #refused(): JudgedContainer | undefined {
    const replicaSet = this.#observed && newReplicaSet(this.#observed);
    if (this.#observed === undefined || replicaSet === undefined) {
      return undefined;
    }
    const { pods, warnings } = this.#observed;
    return podsOf(replicaSet, pods)
      .flatMap((pod) => judgedContainersOf(this.release, pod, warnings))
      .find((judged) => refusalOf(judged) !== undefined);
  }
}
