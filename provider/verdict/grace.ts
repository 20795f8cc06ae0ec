import type { Finding } from "./finding.ts";

/** What a closer look has shown of a finding: it may pass by itself. */
export interface Grace {
  /** What was looked at: with another message it is another finding. */
  readonly of: Pick<Finding, "reason" | "object" | "container" | "message">;
  /** Seconds for which it is tolerated while it lasts. */
  readonly seconds: number;
  /** Why, a line. */
  readonly note: string;
}

/** Findings with the time that closer looks give them. */
export function withGraces(findings: readonly Finding[], graces: readonly Grace[]): Finding[] {
  return findings.map((finding) => {
    const grace = graces.find(({ of }) => isOf(of, finding));
    return grace === undefined
      ? finding
      : { ...finding, tolerance: grace.seconds, notes: [...(finding.notes ?? []), grace.note] };
  });
}

/** Whether it is the very finding that was looked at. */
export function isOf(one: Grace["of"], other: Finding): boolean {
  return (["reason", "object", "container", "message"] as const).every(
    (key) => one[key] === other[key],
  );
}
