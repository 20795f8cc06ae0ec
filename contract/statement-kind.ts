/** What the kinds of statements that Slipway writes are called in in-toto's terms, newest first. */
export const PREDICATES = {
  summary: ["https://in-toto.io/attestation/svr/v0.1", "https://in-toto.io/attestation/svr/v0.2"],
  scan: ["https://in-toto.io/attestation/vulns/v0.2", "https://in-toto.io/attestation/vulns/v0.1"],
  tests: ["https://in-toto.io/attestation/test-result/v0.1"],
} as const;

/** Kind of a statement: the result of anything, of a scan with a database, or of tests. */
export type StatementKind = keyof typeof PREDICATES;

/** All of them. */
export const STATEMENT_KINDS = Object.keys(PREDICATES) as readonly StatementKind[];

/** The kind of a predicate; undefined if Slipway writes none such. */
export function kindOf(predicateType: string): StatementKind | undefined {
  return STATEMENT_KINDS.find((kind) =>
    (PREDICATES[kind] as readonly string[]).includes(predicateType),
  );
}
