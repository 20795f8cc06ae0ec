import { Environment, type ParseResult } from "@marcbachmann/cel-js";

import { type Expressions, expressionsOf, type Held } from "./expressions.ts";
import { isKind, type KindName } from "./kinds.ts";

/** An object of Kubernetes, as a program has it. */
export interface Judged {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** What breaks a rule. */
export interface PolicyFault {
  readonly rule: string;
  readonly text: string;
}

/** Evaluates the expressions of a table as the API server does, each parsed once. */
export class Judge {
  private readonly environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxListElements: 100_000, maxAstNodes: 1_000_000 },
  });
  private readonly expressions: Expressions;
  private readonly parsed = new Map<string, ParseResult>();
  /** By the name of a rule. */
  private readonly kinds: ReadonlyMap<string, readonly KindName[]>;

  constructor(held: Held) {
    for (const name of ["object", "oldObject", "request", "variables"]) {
      this.environment.registerVariable(name, "dyn");
    }
    this.expressions = expressionsOf(held, false);
    this.kinds = new Map(held.rules.map(({ name, kinds }) => [name, kinds]));
  }

  /** What is wrong with the expression of a rule, whatever it is asked of; undefined if nothing is. */
  checkFault(check: string): string | undefined {
    const { valid, type = "", error } = this.environment.check(check);
    if (!valid) {
      return firstLine(error);
    }
    return ["bool", "dyn"].includes(type) ? undefined : `it is of the type ${type}`;
  }

  /** What is wrong with an object that is new. */
  faultsOf(object: Judged): PolicyFault[] {
    const { kind, apiVersion } = object;
    // To parse the expression of a rule takes longer than all else, and most rules are of other kinds.
    const about = isKind(kind, apiVersion)
      ? Object.entries(this.expressions.faults).filter(([rule]) =>
          this.kinds.get(rule)?.includes(kind),
        )
      : [];
    if (about.length === 0) {
      return [];
    }
    const context = this.contextOf(object);
    return about.flatMap(([rule, variable]) => {
      try {
        const found = context.variables[variable] as readonly string[];
        return found.map((text) => ({ rule, text }));
      } catch (error) {
        return { rule, text: `cannot be judged: ${firstLine(error)}` };
      }
    });
  }

  /** Variables are evaluated when they are first asked for: those of pods only for what has pods. */
  private contextOf(judged: Judged) {
    const { kind, metadata } = judged;
    const variables: Record<string, unknown> = {};
    const context = {
      object: plainOf(judged),
      oldObject: null,
      request: { kind: { kind }, namespace: metadata.namespace ?? "" },
      variables,
    };
    for (const name of Object.keys(this.expressions.variables)) {
      Object.defineProperty(variables, name, {
        configurable: true,
        enumerable: true,
        get: () => {
          const value: unknown = this.parse(name)(context);
          Object.defineProperty(variables, name, { value });
          return value;
        },
      });
    }
    return context;
  }

  private parse(variable: string): ParseResult {
    const text = this.expressions.variables[variable] ?? "";
    const known = this.parsed.get(variable) ?? this.environment.parse(text);
    this.parsed.set(variable, known);
    return known;
  }
}

/** As the API server sees it: whole numbers are whole numbers, and what is undefined or null is not there. */
function plainOf(object: Judged): unknown {
  return JSON.parse(JSON.stringify(object), function (this: unknown, _, value: unknown) {
    if (value === null && !Array.isArray(this)) {
      return undefined;
    }
    return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
