import type {
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

import { ALLOWED } from "../contract/marks.ts";
import { Judge, type Judged } from "./rules/judge.ts";
import type { Given, Rule, Selector } from "./rules/rule.ts";
import { RULES } from "./rules/table.ts";

type Fields = Readonly<Record<string, unknown>>;

const MADE_BY = "app.kubernetes.io/managed-by";
const KUBERNETES = /^kubernetes:(?:core\/)?(.+):(\w+)$/;

/** Stands for the name of an object, so that one judge is for all that are given the same. */
const NAME = "it";

/** What rules depend on where no settings say it: nothing is allowed. */
const NOTHING: Given = { allow: {}, own: [], open: {}, unprobed: [] };

/** The rules of the table that look at one resource of a program at a time. */
export function resourceRules(): ResourceValidationPolicy[] {
  const judges = new Map<string, Judge>();
  const judgeFor = (given: Given) => {
    const key = JSON.stringify(given);
    const judge = judges.get(key) ?? new Judge({ rules: RULES, given, waived: {} });
    judges.set(key, judge);
    return judge;
  };
  return RULES.filter((rule) => !needsNamespace(rule)).map((rule) => ({
    name: rule.name,
    description: rule.says,
    validateResource: ({ type, name, props }, report) => {
      const object = objectOf(type, props);
      if (object !== undefined && rule.kinds.some((kind) => kind === object.kind)) {
        const found = judgeFor(givenOf(object)).faultsOf({ ...object, metadata: named(object) });
        found
          .filter((fault) => fault.rule === rule.name)
          .forEach(({ text }) => {
            report(`${object.kind} ${name}: ${text}`);
          });
      }
    },
  }));
}

/** Those that look at all of a namespace. */
export function namespaceRules(): StackValidationPolicy[] {
  return RULES.filter(needsNamespace).map((rule) => ({
    name: rule.name,
    description: rule.says,
    validateStack: ({ resources }, report) => {
      const found = resources.flatMap(({ type, name, props }) => {
        const object = objectOf(type, props);
        return object === undefined ? [] : [{ object, name }];
      });
      for (const [, own] of Map.groupBy(found, ({ object }) => object.metadata.namespace ?? "")) {
        const selectors = own.flatMap(({ object }) => selectorsOf(object));
        const judge = new Judge({ rules: [rule], given: { ...NOTHING, selectors }, waived: {} });
        for (const { object, name } of own) {
          judge.faultsOf(object).forEach(({ text }) => {
            report(`${object.kind} ${name}: ${text}`);
          });
        }
      }
    },
  }));
}

/** Without all selectors of a namespace it has nothing to say. */
function needsNamespace({ faults }: Rule): boolean {
  const place = { object: "", pod: "", containers: "", all: "", labels: "", annotations: "" };
  const isSilent = (given: Given) => faults(place, given) === undefined;
  return isSilent(NOTHING) && !isSilent({ ...NOTHING, selectors: [] });
}

/** A resource as the object of Kubernetes that it is, undefined if it is none. */
function objectOf(type: string, props: PolicyResource["props"]): Judged | undefined {
  const [, apiVersion, kind] = KUBERNETES.exec(type) ?? [];
  return apiVersion === undefined || kind === undefined
    ? undefined
    : { ...props, apiVersion, kind, metadata: fieldsOf(props["metadata"]) };
}

function named({ metadata }: Judged) {
  return { ...metadata, name: NAME };
}

/** What Slipway has made says itself what its settings allow. */
function givenOf(object: Judged): Given {
  const { labels, annotations } = object.metadata as Fields;
  if (fieldsOf(labels)[MADE_BY] !== "slipway") {
    return NOTHING;
  }
  const said = fieldsOf(annotations)[ALLOWED];
  const type = fieldsOf((object as { readonly spec?: unknown }).spec)["type"];
  return {
    allow: { [NAME]: typeof said === "string" ? said.split(",").sort() : [] },
    own: [NAME],
    open: object.kind === "Service" && typeof type === "string" ? { [NAME]: type } : {},
    unprobed: [NAME],
  };
}

function selectorsOf(object: Judged): Selector[] {
  const { podSelector } = fieldsOf((object as { readonly spec?: unknown }).spec);
  return object.kind === "NetworkPolicy" ? [fieldsOf(podSelector)] : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
