import type { Resource } from "../resource.ts";
import {
  type Change,
  type CheckResult,
  PartialFailure,
  type Properties,
  type Subject,
} from "../../wire/plugin.ts";
import type { WaitOptions } from "./wait.ts";

/** What a wait has come to. */
export interface Waited {
  /** The outputs beside the inputs. */
  readonly own: Properties;
  /**
   * Why it failed.
   * @default - it is ready
   */
  readonly failure?: string;
}

/** What differs between the types of resources that wait for an object; what the engine does with them is the same. */
export interface AwaitedType {
  /** Inputs that say which object it is: a different one is a replacement. */
  readonly identity: readonly string[];
  /** The outputs beside the inputs, the one with the verdict first. */
  readonly own: readonly [verdict: string, ...others: string[]];
  check(news: Properties): CheckResult;
  isReady(outputs: Properties): boolean;
  /** Paths of the inputs that differ. */
  changes(subject: Subject, change: Change): readonly string[] | Promise<readonly string[]>;
  idOf(inputs: Properties): string;
  /** Its own outputs in a preview; nothing is stored before it is created. */
  expected(subject: Subject, news: Properties, stored?: Change): Properties | Promise<Properties>;
  /** @param outputs as stored; undefined before it is created */
  wait(
    subject: Subject,
    inputs: Properties,
    outputs: Properties | undefined,
    options: WaitOptions,
  ): Promise<Waited>;
  /** Its own outputs by a look without waiting: what is not ready is a changed output, not an error. */
  look(
    subject: Subject,
    inputs: Properties,
    outputs: Properties,
    options: WaitOptions,
  ): Promise<Properties>;
}

/** A resource that creates nothing in the cluster, waits for what is there, and keeps the verdict. */
export function awaitedResource(type: AwaitedType, signal: AbortSignal): Resource {
  const optionsOf = ({ log }: Subject, timeoutSeconds: number): WaitOptions => ({
    signal,
    timeoutSeconds,
    progress: (text) => {
      log.status(text);
    },
  });
  const settled = async (
    subject: Subject,
    inputs: Properties,
    stored: Properties | undefined,
    timeoutSeconds: number,
  ) => {
    const options = optionsOf(subject, timeoutSeconds);
    const { own, failure } = await type.wait(subject, inputs, stored, options);
    const outputs = { ...inputs, ...own };
    if (failure !== undefined) {
      throw new PartialFailure(failure, type.idOf(inputs), outputs);
    }
    return outputs;
  };
  return {
    check: (_subject, { news }) => type.check(news),
    diff: async (subject, change) => {
      const changed = await type.changes(subject, change);
      return {
        // A failure is judged again, whatever was lost of it.
        changed: type.isReady(change.oldOutputs) ? changed : [...changed, type.own[0]],
        replaces: changed.filter((path) => type.identity.includes(path)),
      };
    },
    create: async (subject, { inputs, preview, timeoutSeconds }) => ({
      id: type.idOf(inputs),
      outputs: preview
        ? { ...inputs, ...(await type.expected(subject, inputs)) }
        : await settled(subject, inputs, undefined, timeoutSeconds),
    }),
    update: async (subject, { preview, timeoutSeconds, ...change }) =>
      preview
        ? { ...change.news, ...(await type.expected(subject, change.news, change)) }
        : settled(subject, change.news, change.oldOutputs, timeoutSeconds),
    read: async (subject, { id, inputs: kept, outputs }) => {
      const judged = judgedInputs(type, outputs, kept);
      const own = await type.look(subject, judged, outputs, optionsOf(subject, 0));
      return { id, inputs: type.check(judged).inputs, outputs: { ...judged, ...own } };
    },
    delete: () => Promise.resolve(),
  };
}

/**
 * The inputs that were judged last. After an `up` that failed, the engine keeps the inputs of the one before, and gives
 * these to a refresh: with them it would find the earlier object where the failed one is asked for.
 */
function judgedInputs(type: AwaitedType, outputs: Properties, inputs: Properties): Properties {
  const rest = Object.entries(outputs).filter(([key]) => !type.own.includes(key));
  const judged = Object.fromEntries(rest);
  return type.check(judged).failures?.length === 0 ? judged : inputs;
}
