import type { FoundImage } from "../../contract/image-digests.ts";
import type { ReleaseLook } from "../../contract/release-looks.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { gateReference } from "../../contract/image-reference.ts";
import type { Promotion } from "./definition.ts";

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

/** Why a registry keeps a release from being promoted. */
export function registryReasons(
  service: string,
  { image, digest }: ReleaseRecord,
  { stack, gates }: Promotion,
  found: readonly FoundImage[],
): string[] {
  const at = `releases.${service}`;
  const answer = (reference: string) => found.find((each) => each.reference === reference);
  const { fault, digest: kept } = answer(image) ?? {};
  if (fault !== undefined) {
    return [`${at}.image ${image} cannot be looked up: ${fault}`];
  }
  if (kept !== digest) {
    return [
      `${at}.image must be in the registry, got ${kept ?? "nothing"} for ${image}; release it in ${stack} again`,
    ];
  }
  return gates
    .filter((gate) => answer(gateReference(image, gate))?.digest !== digest)
    .map((gate) => {
      const got = answer(gateReference(image, gate))?.fault ?? "no pass";
      return `${at} must have passed the gate ${gate}, got ${got} for ${digest}; once it has: npx slipway gate pass ${gate} --stack ${stack} --service ${service}`;
    });
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
