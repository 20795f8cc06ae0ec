import { Watch } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";

import { kubeConfig } from "../../testbed/cluster.ts";
import { type Sight, type Symptom, SYMPTOMS } from "./symptoms.ts";

const PAUSE_MILLISECONDS = 200;

type Listener = (sight: Sight, at: number) => void;

/** Watches a namespace beside Slipway's provider, and keeps what it saw and when, by this process's clock. */
export class Witness {
  /** What was there before it counted, by object and version: a watch that begins anew brings it again. */
  readonly #old = new Set<string>();
  #seen: { readonly sight: Sight; readonly at: number }[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #end = new AbortController();

  private readonly namespace: string;

  private constructor(namespace: string) {
    this.namespace = namespace;
  }

  /**
   * The namespace need not be there yet.
   * @param hasSteps whether Argo Rollouts delivers in it
   */
  static start(namespace: string, hasSteps: boolean): Witness {
    const witness = new Witness(namespace);
    const core = `/api/v1/namespaces/${namespace}`;
    const apps = `/apis/apps/v1/namespaces/${namespace}`;
    void witness.#follow("Pod", `${core}/pods`);
    void witness.#follow("Event", `${core}/events`);
    void witness.#follow("ReplicaSet", `${apps}/replicasets`);
    void witness.#follow("Deployment", `${apps}/deployments`);
    if (hasSteps) {
      const rollouts = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}`;
      void witness.#follow("Rollout", `${rollouts}/rollouts`);
      void witness.#follow("AnalysisRun", `${rollouts}/analysisruns`);
    }
    return witness;
  }

  /** Counts from now on only. */
  begin(): void {
    for (const { sight } of this.#seen) {
      this.#old.add(versionOf(sight));
    }
    this.#seen = [];
  }

  /** When a symptom first showed, in milliseconds by `performance.now()`; undefined while it has not. */
  firstAt(symptom: Symptom): number | undefined {
    return this.#seen.find(({ sight }) => SYMPTOMS[symptom](sight))?.at;
  }

  /** Resolves as soon as a symptom shows; rejects when the witness is dismissed before. */
  async sees(symptom: Symptom): Promise<void> {
    if (this.firstAt(symptom) !== undefined) {
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const { signal } = this.#end;
      const refuse = () => {
        reject(new Error(`nobody saw ${symptom} in namespace ${this.namespace}`));
      };
      const listen: Listener = (sight) => {
        if (!SYMPTOMS[symptom](sight)) {
          return;
        }
        this.#listeners.delete(listen);
        signal.removeEventListener("abort", refuse);
        resolve();
      };
      this.#listeners.add(listen);
      signal.addEventListener("abort", refuse, { once: true });
    });
  }

  /** The name of the pod that was seen last. */
  get pod(): string | undefined {
    return this.#seen.findLast(({ sight }) => sight.kind === "Pod")?.sight.object.metadata?.name;
  }

  /** Everything that was seen, in order, with the seconds since the witness's first sight. */
  get account(): readonly object[] {
    const [first] = this.#seen;
    return this.#seen.map(({ sight, at }) => ({
      seconds: Math.round(at - (first?.at ?? at)) / 1000,
      ...sight,
    }));
  }

  dismiss(): void {
    this.#end.abort();
  }

  async #follow(kind: Sight["kind"], path: string): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#watch(kind, path).catch(() => undefined);
      // A watch that ended begins anew: what it brings twice was seen before, and the first time counts.
      await delay(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }

  #watch(kind: Sight["kind"], path: string): Promise<void> {
    const { signal } = this.#end;
    return new Promise((resolve, reject) => {
      new Watch(kubeConfig())
        .watch(
          path,
          {},
          (phase, object: unknown) => {
            if (phase === "ADDED" || phase === "MODIFIED") {
              this.#notice({ kind, object } as Sight);
            }
          },
          resolve,
        )
        .then((request) => {
          const stop = () => {
            request.abort();
          };
          if (signal.aborted) {
            stop();
          } else {
            signal.addEventListener("abort", stop, { once: true });
          }
        }, reject);
    });
  }

  #notice(sight: Sight): void {
    if (this.#old.has(versionOf(sight))) {
      return;
    }
    const at = performance.now();
    this.#seen.push({ sight, at });
    for (const listener of this.#listeners) {
      listener(sight, at);
    }
  }
}

/** Of a Deployment or a Rollout, which its controller writes to at any time, what was asked of it. */
function versionOf({ kind, object: { metadata } }: Sight): string {
  const isAsked = kind === "Deployment" || kind === "Rollout";
  const version = isAsked ? metadata?.generation : metadata?.resourceVersion;
  return `${metadata?.uid} ${version}`;
}
