import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { NeededRight } from "../../rights.ts";
import type { Cluster } from "../cluster.ts";
import { DEFAULT_NAMESPACE } from "../cluster/collection.ts";
import type { Subscription } from "../cluster/subscription.ts";
import {
  type AnyObject,
  judgeIdentity,
  type ObservedObject,
  titleOf,
} from "../verdict/awaited-object.ts";
import type { Summary } from "../verdict/course.ts";
import type { FinalVerdict, Finding } from "../verdict/finding.ts";
import { judgeObjectAtOnce, ObjectWait } from "../verdict/object-wait.ts";
import { type Trail, trailOfObject } from "../verdict/trail.ts";
import { GraceLook } from "../waiting/grace-look.ts";
import type { Judge, Place, Reported, Wait } from "../waiting/awaited.ts";
import { collectionOf } from "./api-resource.ts";
import { ObjectWatch } from "./object-watch.ts";

/** An object of any kind, as what is waited for. */
export class AwaitedObject implements Reported<ObservedObject, Summary> {
  readonly place: Place;
  readonly logs: boolean;
  readonly nothing: ObservedObject = { object: undefined, pods: [], events: [] };
  #watch: ObjectWatch | undefined;

  readonly cluster: Cluster;
  private readonly awaited: ObjectReadinessInputs;

  /** @param name what the program calls it */
  constructor(cluster: Cluster, awaited: ObjectReadinessInputs, name: string) {
    this.cluster = cluster;
    this.awaited = awaited;

    const { namespace, logs = true } = awaited;
    this.place = { name, title: titleOf(awaited), noun: "object", namespace };
    this.logs = logs;
  }

  limitSeconds(timeoutSeconds: number): number {
    return Math.min(this.awaited.deadlineSeconds, timeoutSeconds || Infinity);
  }

  async follow(signal: AbortSignal): Promise<Subscription<ObservedObject>> {
    await this.cluster.api.open(signal);
    this.#watch = new ObjectWatch(this.cluster, this.awaited);
    return this.#watch.subscription;
  }

  judge({ startedAt, seconds, signal }: Wait): Judge<ObservedObject, Summary> {
    const wait = new ObjectWait(this.awaited, startedAt, seconds);
    const { namespace = DEFAULT_NAMESPACE } = this.awaited;
    const graces = GraceLook.into(this.cluster, namespace, this.awaited, signal);
    const judge = (observed: ObservedObject, now: number) => wait.judge(graces.see(observed), now);
    return {
      judge,
      deadline: () => wait.deadline(),
      look: (verdict, observed) => graces.settled(verdict, observed, judge),
    };
  }

  judgeAtOnce(observed: ObservedObject): FinalVerdict<Summary> {
    return judgeObjectAtOnce(this.awaited, observed);
  }

  rights(): readonly NeededRight[] | undefined {
    return this.#watch?.rights();
  }

  path(): string | undefined {
    const { namespace = "", name } = this.awaited;
    const resource = this.#watch?.resource;
    return resource && `${collectionOf(resource).path(namespace)}/${name}`;
  }

  isSame(object: AnyObject | undefined): boolean {
    return judgeIdentity(this.awaited, object) === undefined;
  }

  trail(observed: ObservedObject, finding: Finding): Trail {
    return trailOfObject(this.awaited, observed, finding);
  }
}
