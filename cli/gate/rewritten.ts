import { z } from "zod";

import { kindOf } from "../../contract/statement-kind.ts";
import { EXTENSION, gateFields, type Statement } from "../../provider/statements/statement.ts";
import { countsOf, type Findings } from "./findings.ts";
import { statementOf } from "./statement.ts";

const scanForm = z.object({
  scanner: z.object({
    result: z.array(
      z.object({ id: z.string(), severity: z.array(z.object({ score: z.string() })).min(1) }),
    ),
  }),
});

const testsForm = z.object({
  passedTests: z.array(z.string()),
  failedTests: z.array(z.string()),
});

/** A command has no name, and gives no reason. */
const ofCommand = gateFields.omit({ by: true, reason: true });

/**
 * The statement that somebody else's says, in words of our own: whatever it has beside would be signed as well, and read by others, such as
 * who has looked at the image, or how it was built.
 *
 * @returns undefined if it is not one that gate run has written
 */
export function rewritten(
  { predicateType, predicate }: Statement,
  image: string,
  result: "passed" | "failed",
): Statement | undefined {
  const kind = kindOf(predicateType);
  const fields = ofCommand.safeParse(predicate[EXTENSION]).data;
  if (kind === undefined || fields === undefined) {
    return undefined;
  }
  return statementOf({
    image,
    kind,
    fields: { ...fields, result },
    findings: findingsIn(predicate),
  });
}

function findingsIn(predicate: Statement["predicate"]): Findings | undefined {
  const scan = scanForm.safeParse(predicate).data;
  if (scan !== undefined) {
    const found = scan.scanner.result.map(({ id, severity: [worth] }) => ({
      id,
      severity: worth?.score ?? "",
    }));
    return { kind: "scan", counts: countsOf(found), found };
  }
  const { passedTests: passed, failedTests: failed } = testsForm.safeParse(predicate).data ?? {};
  return passed === undefined || failed === undefined
    ? undefined
    : { kind: "tests", counts: {}, found: [], tests: { passed, failed } };
}
