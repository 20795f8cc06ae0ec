import { isDeepStrictEqual } from "node:util";
import { laneGuardInputs, type LaneGuardInputs } from "../contract/lane-guard.ts";
import { ADMINISTERED } from "../contract/marks.ts";
import { ownName, review } from "./cluster/access-review.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource, Run } from "./resource.ts";
import type { Properties, Subject } from "../wire/plugin.ts";

/** A right that whoever changes lanes has, and that no lane has. */
const CHANGE_LANES = {
  verb: "patch",
  group: "rbac.authorization.k8s.io",
  resource: "roles",
} as const;

/** Whoever may change lanes uses a state that a lane may have written. */
const REMEDY = {
  change:
    "as an administrator of the cluster, run npx slipway verify-state, then pulumi up --refresh with these settings; then run again from the lane",
  removal: "an administrator of the cluster removes them, after npx slipway verify-state",
} as const;

/** `slipway:index:LaneGuard`: refuses a change or removal of the lanes by an identity that may not change their roles. */
export class LaneGuard implements Resource {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
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

  /** There is nothing to read. */
  read: Resource["read"] = (_subject, { id, outputs }) => Promise.resolve({ id, outputs });

  /** There is nothing to delete, but the removal of the lanes follows. */
  delete: Resource["delete"] = async (_subject, { inputs }) => {
    const namespace = String(inputs["namespace"]);
    const refused = await this.#refusal(
      "Jenkins' lanes would be removed",
      namespace,
      REMEDY.removal,
    );
    if (refused !== undefined) {
      throw new Error(refused);
    }
  };

  /** Warns in a preview, and fails a run. */
  async #guard(
    subject: Subject,
    olds: Properties,
    news: Properties,
    preview: boolean,
  ): Promise<void> {
    const { namespace, lanes } = parsed(laneGuardInputs, news);
    const changes = changesOf(laneGuardInputs.safeParse(olds).data?.lanes ?? {}, lanes);
    const refused =
      changes.length === 0
        ? undefined
        : await this.#refusal(subjectOf(changes), namespace, REMEDY.change);
    if (refused === undefined) {
      return;
    }
    const message = [`${refused}; what changes:`, ...changes].join("\n  ");
    if (!preview) {
      throw new Error(message);
    }
    subject.log.warn(message);
  }

  /** Why this identity may not change the lanes, undefined if it may. */
  async #refusal(change: string, namespace: string, remedy: string): Promise<string | undefined> {
    const { cluster, signal } = this.#run;
    const { api } = cluster();
    const { allowed } = await review(api, { ...CHANGE_LANES, namespace }, signal);
    if (allowed) {
      return undefined;
    }
    const user = (await ownName(api, signal)) ?? "this identity";
    return `${change}, and ${user} may not patch roles in ${namespace}; ${remedy}`;
  }
}

type Lanes = LaneGuardInputs["lanes"];

function subjectOf(changes: readonly string[]): string {
  return changes.every((line) => line.startsWith(ADMINISTERED))
    ? "objects that only an administrator writes change"
    : "Jenkins' lanes change";
}

/** One line for each added or removed rule, and for each other object that changed. */
export function changesOf(before: Lanes, after: Lanes): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [olds, news] = [before[name], after[name]];
    if (olds === undefined) {
      return [`${name}: new`];
    }
    if (news === undefined) {
      return [`${name}: removed`];
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
