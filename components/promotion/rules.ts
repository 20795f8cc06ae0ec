import type { FoundImage } from "../../contract/image-digests.ts";
import type { ReleaseLook } from "../../contract/release-looks.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { gateReference } from "../../contract/image-reference.ts";
import type { FoundStatements } from "../../contract/gate-statements.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import type { Gate, Promotion } from "./definition.ts";
import { gateOf, gateOutcome } from "./gates.ts";

/** Why the record of a release keeps it from being promoted. */
export function ruleReasons(
  service: string,
  record: ReleaseRecord,
  { stack, soakSeconds }: Promotion,
  now: number,
  look: ReleaseLook = {},
): string[] {
  const at = `releases.${service}`;
  const recorded = readySince(record);
  const again = Date.parse(look.readySince ?? "");
  const hasBroken = again > recorded;
  const since = hasBroken ? again : recorded;
  const ready = Math.floor((now - since) / 1000);
  const isYoung = record.verdict === "ready" && ready < soakSeconds;
  return [
    ...(record.dirty
      ? [
          `${at}.dirty must be false, got true: its source had changes that are not in commit ${record.commit ?? "null"}; commit them and run that stack's up`,
        ]
      : []),
    ...(look.fault !== undefined && record.verdict === "ready"
      ? [`${at} must be ready now, got ${look.fault}; fix ${stack} and run its up first`]
      : []),
    ...(isYoung
      ? [
          `${at} must have been ready for ${soakSeconds} s, got ${ready} s${hasBroken ? ", for its pods have ceased to be ready since" : ""}; promote it after ${new Date(since + soakSeconds * 1000).toISOString()}`,
        ]
      : []),
  ];
}

/** What the registries answer of the images of a promotion. */
export interface RegistryAnswers {
  readonly found: readonly FoundImage[];
  readonly statements: readonly FoundStatements[];
}

/** What a release has behind it in its registry: the gates that its image has passed, or why it may not be promoted. */
export interface RegistryFinding {
  readonly reasons: readonly string[];
  readonly gates: readonly PassedGate[];
}

/** What the registry says of a release. */
export function registryFinding(
  service: string,
  { image, digest }: ReleaseRecord,
  { stack, gates }: Promotion,
  { found, statements }: RegistryAnswers,
  now: number,
): RegistryFinding {
  const at = `releases.${service}`;
  const answer = (reference: string) => found.find((each) => each.reference === reference);
  const { fault, digest: kept } = answer(image) ?? {};
  if (fault !== undefined) {
    return refusal(`${at}.image ${image} cannot be looked up: ${fault}`);
  }
  if (kept !== digest) {
    return refusal(
      `${at}.image must be in the registry, got ${kept ?? "nothing"} for ${image}; release it in ${stack} again`,
    );
  }
  const said = statements.find((each) => each.image === image) ?? NOTHING;
  const outcomes = gates.map(gateOf).map((gate) => {
    const tag = answer(gateReference(image, gate.name));
    const known = { found: said, isTagged: tag?.digest === digest, now };
    const outcome = gateOutcome(gate, known);
    if ("passed" in outcome) {
      return outcome;
    }
    const reasons = tag?.fault === undefined ? outcome.reasons : [...outcome.reasons, tag.fault];
    return {
      reasons: reasons.map((got) =>
        gateReason(at, gate, got, `${digest}; ${remedy(gate, got, stack, service)}`),
      ),
    };
  });
  return {
    reasons: outcomes.flatMap((each) => ("reasons" in each ? each.reasons : [])),
    gates: outcomes.flatMap((each) => ("passed" in each ? [each.passed] : [])),
  };
}

const NOTHING: Omit<FoundStatements, "image"> & { readonly image: string } = {
  image: "",
  statements: [],
  unread: [],
};

function refusal(reason: string): RegistryFinding {
  return { reasons: [reason], gates: [] };
}

function gateReason(at: string, { name }: Gate, got: string, end: string): string {
  return `${at} must have passed the gate ${name}, got ${got} for ${end}`;
}

/** A person may pass what nothing is asked of; else it depends on what is asked. */
function remedy(gate: Gate, got: string, stack: string, service: string) {
  const { name, signedBy, kind, withinSeconds } = gate;
  if (kind?.includes(":") === true) {
    return `have it attested: cosign attest --type ${kind} --predicate <file> --key <the private key> <image>`;
  }
  const report = kind === "scan" ? " --report <its report>" : "";
  const form = kind === undefined ? "" : ` --kind ${kind}${report}`;
  const who = `--stack ${stack} --service ${service}`;
  const key = signedBy === undefined ? "" : " --key <the private key>";
  return kind === undefined && withinSeconds === undefined
    ? `once it has: npx slipway gate pass ${name} ${who}${key}`
    : `${got.startsWith("a pass") ? "pass it again" : "pass it"}: npx slipway gate run ${name} ${who}${key}${form} -- <command>`;
}

/**
 * Since when a release has been ready, in milliseconds: a commit that leaves its content alone is a record of its own,
 * but the pods that prove it are those of before.
 */
export function readySince({ startedAt, seconds, pods }: ReleaseRecord): number {
  const judged = Date.parse(startedAt) + seconds * 1000;
  const ready = pods.flatMap(({ readyAt }) => (readyAt === null ? [] : [Date.parse(readyAt)]));
  return Math.min(judged, ...ready.filter((time) => !Number.isNaN(time)));
}
