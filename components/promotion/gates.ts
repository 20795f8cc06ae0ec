import { SKEW_SECONDS } from "../../contract/clock-skew.ts";
import type { FoundStatement, FoundStatements } from "../../contract/gate-statements.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import { plain } from "../../mask/plain.ts";
import type { Gate } from "./definition.ts";

/** Characters that are shown of what somebody else has written. */
const CHARACTERS = 200;

/** What is known of an image. */
export interface KnownOfImage {
  readonly found: FoundStatements;
  /** Whether the gate's tag leads to it. */
  readonly isTagged: boolean;
  /** The clock, in milliseconds. */
  readonly now: number;
}

/** Whether an image has passed a gate: how, or why not. */
export type GateOutcome = { readonly passed: PassedGate } | { readonly reasons: readonly string[] };

/** A gate with all that may be asked of it. */
export function gateOf(gate: string | Gate): Gate {
  return typeof gate === "string" ? { name: gate } : gate;
}

/** Whether an image has passed a gate. The newest statement that counts decides, a failed one as well. */
export function gateOutcome(gate: Gate, { found, isTagged, now }: KnownOfImage): GateOutcome {
  if (found.fault !== undefined) {
    return { reasons: [`no answer of what is said of it: ${shown(found.fault)}`] };
  }
  const about = found.statements.filter((each) => isAbout(each, gate));
  const counting = about.filter((each) => whyNot(each, gate, now) === undefined);
  const newest = newestOf(counting);
  if (newest !== undefined) {
    return judged(newest, gate, now);
  }
  if (isTagged && about.length === 0 && asksNothing(gate)) {
    return { passed: { name: gate.name, at: null } };
  }
  return { reasons: [missing(gate, { about, found, isTagged, now })] };
}

/** One of others names no gate: it counts where the settings name its predicate. */
function isAbout({ gate: named, predicateType }: FoundStatement, { name, kind }: Gate): boolean {
  return named === undefined ? kind === predicateType : named === name;
}

function asksNothing({ withinSeconds, signedBy, kind }: Gate): boolean {
  return withinSeconds === undefined && signedBy === undefined && kind === undefined;
}

/** Why a statement does not count, undefined if it does. */
function whyNot(statement: FoundStatement, gate: Gate, now: number): string | undefined {
  const { kind, predicateType, signers, isSigned, time, result } = statement;
  const { signedBy } = gate;
  if (
    signedBy !== undefined &&
    !signedBy.some(({ fingerprint }) => signers.includes(fingerprint))
  ) {
    const names = signedBy.map(({ name }) => name).join(" or ");
    return `${isSigned ? "signed by a key other than" : "not signed, and must be by"} ${names}`;
  }
  // What fails may not have come as far as what would make it a statement of its kind.
  const isOther = gate.kind !== undefined && gate.kind !== kind && gate.kind !== predicateType;
  if (result === "passed" && isOther) {
    return `a ${kind ?? shown(predicateType)}, and must be a ${gate.kind ?? ""}`;
  }
  const ahead = time === undefined ? 0 : (Date.parse(time) - now) / 1000;
  if (result === "passed" && ahead > SKEW_SECONDS) {
    return `from the future, ${time ?? ""}: check the clock of who has written it`;
  }
  return undefined;
}

/** Of two at the same time the failed one. One without a time is older than any. */
function newestOf(statements: readonly FoundStatement[]): FoundStatement | undefined {
  const age = ({ time, result }: FoundStatement) => [
    time === undefined ? 0 : Date.parse(time),
    Number(result === "failed"),
  ];
  return statements.toSorted((one, other) => {
    const [time = 0, failed = 0] = age(one);
    const [otherTime = 0, otherFailed = 0] = age(other);
    return otherTime - time || otherFailed - failed;
  })[0];
}

function judged(statement: FoundStatement, gate: Gate, now: number): GateOutcome {
  const { result, time, waivers, signers, by } = statement;
  const { name, withinSeconds, signedBy } = gate;
  const end = endByAge(time, withinSeconds);
  const expired = waivers.filter(({ until }) => until !== undefined && Date.parse(until) <= now);
  const when = time === undefined ? "without a time" : `of ${time}`;
  if (result === "failed") {
    return { reasons: [`a failure ${when}, which is the newest statement`] };
  }
  const reasons = [
    ...(withinSeconds !== undefined && end === undefined
      ? [`a pass without a time, and it may be ${withinSeconds} s old at most`]
      : []),
    ...(end !== undefined && end <= now
      ? [`a pass ${when}, and it may be ${withinSeconds ?? 0} s old at most`]
      : []),
    ...expired.map(
      ({ id, until = "" }) =>
        `a pass ${when} that waives ${shown(id)} until ${until}, which is over`,
    ),
  ];
  if (reasons.length > 0) {
    return { reasons };
  }
  const ends = waivers.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]));
  const until = Math.min(...ends, ...(end === undefined ? [] : [end]));
  const signer = signedBy?.find(({ fingerprint }) => signers.includes(fingerprint));
  return {
    passed: {
      name,
      at: time === undefined ? null : iso(Date.parse(time)),
      ...(by !== undefined && { by: shown(by) }),
      ...(signer && { signedBy: signer.name }),
      ...(Number.isFinite(until) && { until: iso(until) }),
    },
  };
}

function endByAge(time: string | undefined, withinSeconds: number | undefined) {
  return time === undefined || withinSeconds === undefined
    ? undefined
    : Date.parse(time) + withinSeconds * 1000;
}

/** Why no statement counts, with what there is instead. */
function missing(
  gate: Gate,
  { about, found, isTagged, now }: KnownOfImage & { readonly about: readonly FoundStatement[] },
): string {
  const why = [...new Set(about.map((each) => whyNot(each, gate, now)))];
  const parts = [
    ...why.map((each) => `one that is ${each ?? ""}`),
    ...(isTagged && !asksNothing(gate) ? ["a tag, which has no signer, date or kind"] : []),
    ...found.unread.map((each) => `one that cannot be read, ${shown(each)}`),
  ];
  return ["no pass", ...parts].join(", but ");
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function shown(text: string): string {
  const short = plain(text);
  return short.length > CHARACTERS ? `${short.slice(0, CHARACTERS)}…` : short;
}
