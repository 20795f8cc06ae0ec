import type { Api } from "../cluster/api.ts";
import { isPassing } from "../cluster/api-error.ts";
import { find } from "../cluster/find.ts";
import { pause } from "../cluster/pause.ts";
import { configOf, filesOf, isBeingCreated, titleOf } from "../verdict/config.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import type { ConfigReference, Observed, Pod } from "../verdict/objects.ts";
import { statusesOf } from "../verdict/pod.ts";

/** Before the first look: most pods are past creation by then. */
const SETTLE_MILLISECONDS = 3000;

/** Before the next one: a Secret that another controller makes may come a moment after the pod. */
const GRACE_MILLISECONDS = 7000;

/**
 * What is found of an object: its keys, that it is missing, or undefined if it may not be read.
 * @throws the network's error if there is no answer
 */
export type Lookup = (
  reference: Pick<ConfigReference, "kind" | "name">,
  signal: AbortSignal,
) => Promise<readonly string[] | "missing" | undefined>;

/**
 * Looks for the Secrets and ConfigMaps of pods that are stuck in creation. What is missing at two looks is missing; what
 * this identity may not read counts as present.
 */
export class ConfigLook {
  #absent: readonly ConfigReference[] = [];
  #absentFiles: readonly ConfigReference[] | undefined;
  #looking = false;
  #observed: Observed | undefined;

  private readonly lookup: Lookup;
  private readonly changed: () => void;
  private readonly signal: AbortSignal;

  /**
   * @param changed called when something else is missing than before
   * @param signal ends it
   */
  constructor(lookup: Lookup, changed: () => void, signal: AbortSignal) {
    this.lookup = lookup;
    this.changed = changed;
    this.signal = signal;
  }

  /** What is observed, with what was found missing so far. */
  see(observed: Observed): Observed {
    this.#observed = observed;
    if (!this.#looking && this.#needed().length > 0) {
      this.#looking = true;
      void this.#look();
    }
    return { ...observed, absent: [...this.#absent, ...(this.#absentFiles ?? [])] };
  }

  /**
   * Looks once for what pods that have started have as files: nobody else says that it is missing.
   * @returns whether any is
   */
  async lacksFiles(observed: Observed): Promise<boolean> {
    const started = podsOfRelease(observed).filter(hasStarted);
    if (this.#absentFiles !== undefined || started.length === 0) {
      return false;
    }
    const files = started.flatMap(filesOf).map((file) => [titleOf(file), file] as const);
    // Two judgements at a time ask once; without an answer nothing is known.
    this.#absentFiles = [];
    this.#absentFiles = (await this.#missing([...new Map(files).values()])) ?? [];
    return this.#absentFiles.length > 0;
  }

  async #look(): Promise<void> {
    await pause(SETTLE_MILLISECONDS, this.signal);
    if (this.#needed().length === 0) {
      this.#looking = false;
      return;
    }
    let before = await this.#missing(this.#needed());
    while (before?.length !== 0 && !this.signal.aborted) {
      await pause(GRACE_MILLISECONDS, this.signal);
      const now = await this.#missing(this.#needed());
      if (now !== undefined) {
        const known = new Set(before?.map(titleOf));
        this.#tell(now.filter((reference) => known.has(titleOf(reference))));
        before = now;
      }
    }
    this.#tell([]);
  }

  #tell(absent: readonly ConfigReference[]): void {
    const isChange = absent.map(titleOf).join() !== this.#absent.map(titleOf).join();
    this.#absent = absent;
    if (isChange && !this.signal.aborted) {
      this.changed();
    }
  }

  /**
   * Each object is requested once; only the names of missing keys are kept.
   * @returns undefined if one of the requests had no answer
   */
  async #missing(needed: readonly ConfigReference[]): Promise<ConfigReference[] | undefined> {
    const objects = new Map(
      needed
        .map(({ kind, name }): ConfigReference => ({ kind, name, key: undefined }))
        .map((object) => [titleOf(object), object] as const),
    );
    const looks = await Promise.allSettled(
      [...objects.values()].map(async (object) => {
        const found = await this.lookup(object, this.signal);
        const keys = needed.filter(
          ({ kind, name, key }) =>
            kind === object.kind && name === object.name && key !== undefined,
        );
        return found === "missing"
          ? [object]
          : keys.filter(({ key = "" }) => found !== undefined && !found.includes(key));
      }),
    );
    const missing = looks.flatMap((look) => (look.status === "fulfilled" ? [look.value] : []));
    return missing.length === looks.length ? missing.flat() : undefined;
  }

  #needed(): ConfigReference[] {
    const waiting = this.#observed && podsOfRelease(this.#observed).find(isBeingCreated);
    return waiting === undefined ? [] : configOf(waiting);
  }
}

function hasStarted(pod: Pod): boolean {
  return statusesOf(pod).some(({ state }) => state?.running !== undefined);
}

function podsOfRelease(observed: Observed): readonly Pod[] {
  return podsOf(newReplicaSet(observed), observed.pods);
}

/** Looks up objects of a namespace; their values are dropped at once. */
export function lookupIn(api: Api, namespace: string): Lookup {
  return async ({ kind, name }, signal) => {
    try {
      const path = `/api/v1/namespaces/${namespace}/${kind}s/${name}`;
      const object = await find<{ data?: object; binaryData?: object }>(api, path, signal);
      return object === undefined
        ? "missing"
        : Object.keys({ ...object.data, ...object.binaryData });
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      return undefined;
    }
  };
}
