import type {
  ControllerReport,
  HandOffFailure,
  HandOffResult,
  HandOffTarget,
} from "../contract/hand-off.ts";
import type { HandOffController } from "../contract/hand-off-target.ts";
import type { HandedRevision } from "../contract/handed-over.ts";
import { RESOURCES } from "../contract/tokens.ts";
import type { EngineState } from "./recover/engine-state.ts";
import { onOneLine } from "./words.ts";

/** Fields that differ, as many as a person reads. */
const MOST_FIELDS = 20;
const SHORT = 12;

/** What a stack's outputs say of its hand-off: docs/outputs.md. */
export interface HandedOffOutput {
  readonly to: HandOffTarget;
  readonly by: HandOffController;
  readonly revision: string;
  readonly controller: ControllerReport;
  /** @default - it is applied */
  readonly failure?: HandOffFailure;
  /** @default - it was pushed to the branch itself */
  readonly pullRequest?: HandOffResult["pullRequest"];
}

/** The hand-off as the state has it: what a refresh has found of it since the last up is there, too. */
export function handOffIn({ resources = [] }: EngineState): HandedOffOutput | undefined {
  const outputs = resources.find(({ type }) => type === RESOURCES.HandOff)?.outputs;
  if (outputs?.["controller"] === undefined) {
    return undefined;
  }
  const { to, by, revision, controller, failure, pullRequest } =
    outputs as unknown as HandedOffOutput;
  return {
    ...{ to, by, revision, controller },
    ...(failure && { failure }),
    ...(pullRequest && { pullRequest }),
  };
}

/** What became of a hand-off, a line each: the revision, why it is not applied, and what differs from it; nothing of a stack without one. */
export function handOffLines(handOff: HandedOffOutput | undefined): string[] {
  if (handOff === undefined) {
    return [];
  }
  const { to, by, revision, controller, failure, pullRequest } = handOff;
  const lines =
    pullRequest === undefined
      ? [
          `handed off: ${revisionWords(revision)} to ${targetWords(to)}, ${controllerWords(by)}: ${stateWords(controller)}`,
          ...(failure ? [`${failure.reason}: ${failure.message}; next: ${failure.command}`] : []),
          ...driftLines(controller),
        ]
      : [`to be merged: branch ${pullRequest.branch} of ${targetWords(to)}: ${pullRequest.title}`];
  return lines.map(onOneLine);
}

/** A commit, or an artifact by its digest, shortened. */
function revisionWords(revision: string): string {
  const [digest] = /^sha256:[0-9a-f]{12}/.exec(revision) ?? [];
  return digest ?? `commit ${revision.slice(0, SHORT)}`;
}

/** The revision of a release in a table's column; empty for one that the stack applied itself. */
export function revisionCell({ handOff }: { readonly handOff?: HandedRevision }): string {
  return handOff === undefined ? "" : revisionWords(handOff.revision).replace("commit ", "");
}

/** Where desired state goes. */
export function targetWords(to: HandOffTarget): string {
  return "git" in to ? `${to.path} of ${to.branch} in ${to.git}` : to.oci;
}

/** Who applies it. */
export function controllerWords(by: HandOffController): string {
  return "argocd" in by
    ? `application ${by.argocd.namespace}/${by.argocd.application}`
    : `kustomization ${by.flux.namespace}/${by.flux.kustomization}`;
}

function stateWords({ sync, health }: ControllerReport): string {
  return [sync ?? "says nothing", ...(health === null ? [] : [health])].join(", ");
}

/** Drift is no ill health: the pods may be well, and run something else than the commit says. */
function driftLines({ drift, selfHeal }: ControllerReport): string[] {
  const healing =
    selfHeal === null ? "" : `; self-heal is ${selfHeal ? "on" : "off, and nobody undoes it"}`;
  const lines = drift.slice(0, MOST_FIELDS).map(({ object, field, writer }) => {
    const what = field === "" ? `${object} differs as a whole` : `${field} of ${object} differs`;
    return `drift: ${what} from the commit${writer === null ? "" : `, written by ${writer}`}${healing}`;
  });
  const others = drift.length - lines.length;
  return others > 0 ? [...lines, `drift: and ${others} more fields`] : lines;
}
