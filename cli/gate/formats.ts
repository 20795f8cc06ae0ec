import { z } from "zod";

import { countsOf, type Finding, type Findings, worstFirst } from "./findings.ts";
import { junitFindings } from "./junit.ts";

/** A form of reports: whether a text has it, and what it says. */
interface Format {
  is(text: string, json: unknown): boolean;
  /** @throws Error if it cannot be read */
  read(text: string, json: unknown): Findings;
}

const severity = z.string().max(40).catch("UNKNOWN");
const many = <Item extends z.ZodType>(item: Item) => z.array(item).nullish();

const trivyForm = z.object({
  Trivy: z.object({ Version: z.string() }).nullish(),
  Results: many(
    z.object({
      Vulnerabilities: many(z.object({ VulnerabilityID: z.string(), Severity: severity })),
      Misconfigurations: many(
        z.object({ ID: z.string(), Severity: severity, Status: z.string().nullish() }),
      ),
      Secrets: many(z.object({ RuleID: z.string(), Severity: severity })),
      Licenses: many(z.object({ Name: z.string(), Severity: severity })),
      ExperimentalModifiedFindings: many(
        z.object({
          Status: z.string(),
          Statement: z.string().nullish(),
          Finding: z.object({
            VulnerabilityID: z.string().nullish(),
            ID: z.string().nullish(),
            RuleID: z.string().nullish(),
            Name: z.string().nullish(),
          }),
        }),
      ),
    }),
  ),
});

const grypeForm = z.object({
  matches: z.array(z.object({ vulnerability: z.object({ id: z.string(), severity }) })),
  ignoredMatches: many(z.object({ vulnerability: z.object({ id: z.string() }) })),
  descriptor: z.object({
    name: z.string(),
    version: z.string().nullish(),
    db: z
      .object({
        built: z.string().nullish(),
        status: z.object({ built: z.string().nullish() }).nullish(),
      })
      .nullish(),
  }),
});

const sarifForm = z.object({
  runs: z.array(
    z.object({
      tool: z.object({
        driver: z.object({
          name: z.string(),
          version: z.string().nullish(),
          semanticVersion: z.string().nullish(),
        }),
      }),
      results: many(
        z.object({
          ruleId: z.string().nullish(),
          level: severity.nullish(),
          suppressions: many(
            z.object({ status: z.string().nullish(), justification: z.string().nullish() }),
          ),
        }),
      ),
    }),
  ),
});

/** The forms of reports that can be read, by the name that the option takes. */
export const FORMATS: Readonly<Record<string, Format>> = {
  trivy: {
    is: (_, json) => has(json, "SchemaVersion") && has(json, "ArtifactName"),
    read: (_, json) => trivyFindings(trivyForm.parse(json)),
  },
  grype: {
    is: (_, json) => has(json, "matches") && has(json, "descriptor"),
    read: (_, json) => grypeFindings(grypeForm.parse(json)),
  },
  sarif: {
    is: (_, json) => has(json, "runs"),
    read: (_, json) => sarifFindings(sarifForm.parse(json)),
  },
  junit: {
    is: (text) => /^\uFEFF?\s*<(?:\?xml|testsuites?[\s>])/.test(text.slice(0, 1000)),
    read: (text) => junitFindings(text),
  },
};

function trivyFindings({ Trivy, Results }: z.infer<typeof trivyForm>): Findings {
  const results = Results ?? [];
  const found = results.flatMap((each): Finding[] => [
    ...(each.Vulnerabilities ?? []).map((one) => ({
      id: one.VulnerabilityID,
      severity: one.Severity,
    })),
    ...(each.Misconfigurations ?? [])
      .filter(({ Status }) => Status !== "PASS" && Status !== "EXCEPTION")
      .map((one) => ({ id: one.ID, severity: one.Severity })),
    ...(each.Secrets ?? []).map((one) => ({ id: one.RuleID, severity: one.Severity })),
    ...(each.Licenses ?? []).map((one) => ({ id: one.Name, severity: one.Severity })),
  ]);
  const modified = results.flatMap((each) => each.ExperimentalModifiedFindings ?? []);
  const waived = modified
    .filter(({ Status }) => Status === "ignored")
    .flatMap(({ Finding: one, Statement }) => {
      const id = one.VulnerabilityID ?? one.ID ?? one.RuleID ?? one.Name;
      return id ? [{ id, ...(Statement && { why: Statement }) }] : [];
    });
  const version = Trivy?.Version;
  return {
    kind: "scan",
    counts: countsOf(found),
    tool: { name: "trivy", ...(version !== undefined && { version }) },
    found: worstFirst(found),
    ...(modified.length > 0 && { waived }),
  };
}

function grypeFindings({
  matches,
  ignoredMatches,
  descriptor,
}: z.infer<typeof grypeForm>): Findings {
  const found = matches.map(({ vulnerability: { id, severity: worth } }) => ({
    id,
    severity: worth.toUpperCase(),
  }));
  const { name, version, db } = descriptor;
  const built = db?.built ?? db?.status?.built;
  return {
    kind: "scan",
    counts: countsOf(found),
    tool: { name, ...(version && { version }) },
    ...(built && { databaseDate: built }),
    found: worstFirst(found),
    ...(ignoredMatches && { waived: ignoredMatches.map(({ vulnerability: { id } }) => ({ id })) }),
  };
}

/** Whatever a suppression does not say is refused, it lets pass. */
function sarifFindings({ runs }: z.infer<typeof sarifForm>): Findings {
  const results = runs.flatMap((run) => run.results ?? []);
  const isLetPass = ({ suppressions }: (typeof results)[number]) =>
    suppressions?.some(({ status }) => status !== "rejected" && status !== "underReview") === true;
  const found = results
    .filter((result) => !isLetPass(result))
    .map(({ ruleId, level }) => ({
      id: ruleId ?? "unknown",
      severity: (level ?? "warning").toUpperCase(),
    }));
  const waived = results.filter(isLetPass).map(({ ruleId, suppressions }) => {
    const why = suppressions?.find(({ justification }) => justification)?.justification;
    return { id: ruleId ?? "unknown", ...(why && { why }) };
  });
  const driver = runs[0]?.tool.driver;
  const version = driver?.semanticVersion ?? driver?.version;
  return {
    kind: "summary",
    counts: countsOf(found),
    ...(driver && { tool: { name: driver.name, ...(version && { version }) } }),
    found: worstFirst(found),
    ...(waived.length > 0 && { waived }),
  };
}

function has(json: unknown, key: string): boolean {
  return typeof json === "object" && json !== null && Object.hasOwn(json, key);
}
