import { isDeepStrictEqual } from "node:util";
import { laneGuardInputs, type LaneGuardInputs } from "../contract/lane-guard.ts";
import { ownName, review } from "./cluster/access-review.ts";
import type { Api } from "./cluster/api.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource } from "./resource.ts";
import type { Properties, Subject } from "../wire/plugin.ts";

/** The right that whoever changes lanes has, and no lane. */
const CHANGE_LANES = {
  verb: "patch",
  group: "rbac.authorization.k8s.io",
  resource: "roles",
} as const;

/** `slipway:index:LaneGuard`: lets nobody change or take away the lanes who may not change their roles. */
export class LaneGuard implements Resource {
  private readonly api: () => Api;
  private readonly signal: AbortSignal;

  /**
   * @param api the cluster
   * @param signal interrupts a request
   */
  constructor(api: () => Api, signal: AbortSignal) {
    this.api = api;
    this.signal = signal;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: silentFaultsOf(laneGuardInputs, news),
  });

  diff: Resource["diff"] = (_subject, { oldInputs, news }) => {
    const changed = ["namespace", "lanes"].filter(
      (key) => !isDeepStrictEqual(oldInputs[key], news[key]),
    );
    return { changed, replaces: changed.filter((key) => key === "namespace") };
  };

  create: Resource["create"] = async (subject, { inputs, preview }) => {
    await this.#guard(subject, {}, inputs, preview);
    return { id: String(inputs["namespace"]), outputs: inputs };
  };

  update: Resource["update"] = async (subject, { oldInputs, news, preview }) => {
    await this.#guard(subject, oldInputs, news, preview);
    return news;
  };

  /** There is nothing to look at. */
  read: Resource["read"] = (_subject, { id, outputs }) => Promise.resolve({ id, outputs });

  /** There is nothing to delete, but what stands before it is to go, too. */
  delete: Resource["delete"] = async (_subject, { inputs }) => {
    const namespace = String(inputs["namespace"]);
    if (!(await this.#mayChange(namespace))) {
      const change = "the lanes of Jenkins are to be taken away";
      throw new Error(refusal(change, await this.#user(), namespace));
    }
  };

  /** Tells a preview, and fails a run. */
  async #guard(
    subject: Subject,
    olds: Properties,
    news: Properties,
    preview: boolean,
  ): Promise<void> {
    const { namespace, lanes } = parsed(laneGuardInputs, news);
    const changes = changesOf(laneGuardInputs.safeParse(olds).data?.lanes ?? {}, lanes);
    if (changes.length === 0 || (await this.#mayChange(namespace))) {
      return;
    }
    const what = changes.map((change) => `\n  ${change}`).join("");
    const refused = refusal("the lanes of Jenkins change", await this.#user(), namespace);
    const message = `${refused}; what changes:${what}`;
    if (!preview) {
      throw new Error(message);
    }
    subject.log.warn(message);
  }

  async #mayChange(namespace: string): Promise<boolean> {
    const { allowed } = await review(this.api(), { ...CHANGE_LANES, namespace }, this.signal);
    return allowed;
  }

  async #user(): Promise<string> {
    return (await ownName(this.api(), this.signal)) ?? "this identity";
  }
}

type Lanes = LaneGuardInputs["lanes"];

/** One line for each rule that comes or goes, and for each other object that is another one. */
export function changesOf(before: Lanes, after: Lanes): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [olds, news] = [before[name], after[name]];
    if (olds === undefined) {
      return [`${name}: new`];
    }
    if (news === undefined) {
      return [`${name}: no longer there`];
    }
    if (isDeepStrictEqual(olds, news)) {
      return [];
    }
    if ([...olds, ...news].some((line) => line.startsWith("sha256:"))) {
      return [`${name}: changed`];
    }
    const lines = [
      ...olds.filter((line) => !news.includes(line)).map((line) => `${name}: without ${line}`),
      ...news.filter((line) => !olds.includes(line)).map((line) => `${name}: with ${line}`),
    ];
    // The API server refuses other rules to whoever may not change them, be it only their order.
    return lines.length > 0 ? lines : [`${name}: changed`];
  });
}

function refusal(change: string, user: string, namespace: string): string {
  return (
    `${change}, and ${user} may not patch roles in ${namespace}; ` +
    "run pulumi up with these settings once as an administrator of the cluster, then again from the lane"
  );
}
