import type {
  ControllerReport,
  DriftedField,
  HandedObject,
  HandOffFailure,
  HandOffInputs,
} from "../../contract/hand-off.ts";
import { pause } from "../cluster/pause.ts";
import type { Fault } from "./assessment.ts";
import type { Ended } from "./await-applied.ts";
import type { Controller } from "./controller.ts";
import { driftOf } from "./drift.ts";
import { type Lives, livesOf } from "./identities.ts";
import type { Tools } from "./tools.ts";

/** What somebody writes in the moment of a look is overwritten in the next. */
const LOOKS = 3;
const PAUSE_MILLISECONDS = 3000;
const NAMED = 5;

/** What the cluster has after a wait. */
export interface Outcome {
  readonly lives: Lives;
  readonly report: ControllerReport;
  /** @default - it was applied, and is as it was applied */
  readonly fault?: Fault;
}

/** Looks at what a controller has applied: whether it is there, and as it was handed off. */
export async function outcomeOf(
  ended: Ended,
  { objects, workloads }: Pick<HandOffInputs, "objects" | "workloads">,
  { api, signal, looks = LOOKS }: Pick<Tools, "api" | "signal"> & { readonly looks?: number },
): Promise<Outcome> {
  const { report, look, fault } = ended;
  for (let looked = 1; ; looked++) {
    const lives = await livesOf(workloads, api, signal);
    if (fault !== undefined) {
      return { lives, report, fault };
    }
    const drift = workloads.flatMap((workload) => {
      const [manifest, live] = [manifestOf(workload, objects), lives.get(workload.key)];
      return manifest && live ? driftOf(manifest, live, look?.ignored) : [];
    });
    const found = { lives, report: { ...report, drift: merged(drift, report.drift) } };
    const missing = workloads.filter(({ key }) => !lives.has(key));
    const wrong = missingFault(missing, look?.destination) ?? driftFault(drift, report, looks > 1);
    const isKnown = wrong?.reason === "out-of-sync" && report.sync === "OutOfSync";
    if (wrong === undefined || isKnown || looked === looks) {
      return { ...found, ...(wrong && { fault: wrong }) };
    }
    await pause(PAUSE_MILLISECONDS, signal);
  }
}

/** What the outputs keep of a fault. */
export function failureOf(
  { reason, message, notes = [] }: Fault,
  controller: Controller,
  { context, tell }: Pick<Tools, "context" | "tell">,
): HandOffFailure {
  return {
    reason,
    object: controller.title,
    message: tell(message),
    notes: notes.map(tell),
    command: controller.command(context()),
  };
}

function manifestOf(
  { apiVersion, kind, name, namespace }: HandOffInputs["workloads"][number],
  objects: readonly HandedObject[],
): HandedObject | undefined {
  return objects.find(
    (each) =>
      each.apiVersion === apiVersion &&
      each.kind === kind &&
      each.metadata.name === name &&
      each.metadata.namespace === namespace,
  );
}

/** The fields that are known, and of other objects what the controller says. */
function merged(
  fields: readonly DriftedField[],
  reported: readonly DriftedField[],
): readonly DriftedField[] {
  const known = new Set(fields.map(({ object }) => object));
  return [...fields, ...reported.filter(({ object }) => !known.has(object))];
}

function missingFault(
  missing: HandOffInputs["workloads"],
  destination: string | undefined,
): Fault | undefined {
  if (missing.length === 0) {
    return undefined;
  }
  const names = missing.map(({ kind, name }) => `${kind.toLowerCase()} ${name}`).join(", ");
  const where = destination === undefined ? "" : `; it applies to ${destination}`;
  const message = `it has applied what was handed off, and this cluster has no ${names}${where}`;
  return { reason: "not-applied", message };
}

/** Drift that counts: what the controller itself takes for the same is the same. */
function driftFault(
  drift: readonly DriftedField[],
  { sync, selfHeal }: ControllerReport,
  isLasting: boolean,
): Fault | undefined {
  if (drift.length === 0 || sync === "Synced") {
    return undefined;
  }
  const told = drift.slice(0, NAMED).map(({ object, field, writer }) => {
    return `${object} ${field}${writer === null ? "" : ` (last written by ${writer})`}`;
  });
  const more = drift.length > NAMED ? ` and ${drift.length - NAMED} more` : "";
  const heal =
    selfHeal === true
      ? `it mends drift by itself${isLasting ? ", and this comes again" : " when its time has come"}`
      : "it does not mend drift by itself: spec.syncPolicy.automated.selfHeal is off";
  return {
    reason: "out-of-sync",
    message: `the cluster differs from what was handed off: ${told.join(", ")}${more}`,
    notes: [heal],
  };
}
