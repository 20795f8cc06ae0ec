import { Environment } from "@marcbachmann/cel-js";

import { allFaults, expressionsOf, type Held } from "../../policy/rules/expressions.ts";
import type { Judged } from "../../policy/rules/judge.ts";

/** Who asks, by default a person. */
const PERSON = { userInfo: { username: "jane", groups: ["system:authenticated"] } };

/** What the policy of a namespace says to a change of an object, by the expressions that the API server gets. */
export function faultsOfChange(held: Held, before: Judged, object: Judged): readonly string[] {
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxListElements: 100_000, maxAstNodes: 1_000_000 },
  });
  for (const name of ["object", "oldObject", "request", "variables"]) {
    environment.registerVariable(name, "dyn");
  }
  const expressions = expressionsOf(held, true);
  const variables: Record<string, unknown> = {};
  const request = { kind: { kind: object.kind }, namespace: "shop", ...PERSON };
  const context = { object, oldObject: before, request, variables };
  for (const [name, text] of Object.entries(expressions.variables)) {
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => environment.parse(text)(context) as unknown,
    });
  }
  return environment.parse(allFaults(expressions))(context) as readonly string[];
}
