import type { StatementKind } from "../../contract/statement-kind.ts";

/** What a tool's report says. */
export interface Findings {
  /** What kind of statement it makes by itself. */
  readonly kind: StatementKind;
  /** How many of what: by severity, or of tests by how they ended. */
  readonly counts: Readonly<Record<string, number>>;
  /** @default - the report does not say */
  readonly tool?: { readonly name: string; readonly version?: string };
  /**
   * When the scanner's database was made, ISO 8601.
   * @default - the report does not say
   */
  readonly databaseDate?: string;
  /** What was found, the worst first. */
  readonly found: readonly Finding[];
  /**
   * Ids of what was found and let pass.
   * @default - the report does not say
   */
  readonly waived?: readonly WaivedFinding[];
  /**
   * Names of tests.
   * @default - it is no report of tests
   */
  readonly tests?: { readonly passed: readonly string[]; readonly failed: readonly string[] };
}

/** One thing that a scanner has found. */
export interface Finding {
  readonly id: string;
  readonly severity: string;
}

/** One that was let pass. */
export interface WaivedFinding {
  readonly id: string;
  readonly why?: string;
}

/** From the worst on; what a scanner calls differently comes after. */
const SEVERITIES = ["CRITICAL", "HIGH", "ERROR", "MEDIUM", "WARNING", "LOW", "NOTE"];

/** Findings from the worst to the least. */
export function worstFirst(found: readonly Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => {
    const index = SEVERITIES.indexOf(severity);
    return index < 0 ? SEVERITIES.length : index;
  };
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** How many there are of each severity. */
export function countsOf(found: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { severity } of worstFirst(found)) {
    counts[severity] = (counts[severity] ?? 0) + 1;
  }
  return counts;
}
