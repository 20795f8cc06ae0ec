import { podSpecsIn } from "../../../exceptions.ts";
import { looseningsOf } from "../../../manifests/loosenings.ts";
import { deliveredBy } from "../../../manifests/workload.ts";
import type { ExceptionWord } from "../../../service/exceptions.ts";
import { workloadKindOf } from "../../../service/kinds.ts";
import { type Delivery, manifestsOf, servicesOf } from "../../delivery.ts";
import { writtenObjects } from "../../rendered.ts";
import { literal } from "../policy.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Pods as the settings, or manifests of a team's own, say them. */
export interface SaidPods {
  /** Of the object. */
  readonly kind: string;
  /** Of the object, and of the service if Slipway describes it. */
  readonly name: string;
  /** Whether the team's own manifests say them. */
  readonly isRendered: boolean;
  readonly spec: Fields;
  readonly metadata: Fields;
  /** What they may do beside what every service's may. */
  readonly allow: readonly ExceptionWord[];
}

/** The pods of services and of manifests, with what is said of them that no lane may choose. */
export function saidPods(delivery: Delivery): SaidPods[] {
  const described = servicesOf(delivery).flatMap((service) =>
    podSpecsIn(deliveredBy(manifestsOf(service))).map((template) => ({
      ...template,
      kind: workloadKindOf(service),
      name: service.name,
      isRendered: false,
      allow: service.allow,
    })),
  );
  const rendered = writtenObjects(delivery).flatMap(({ object }) =>
    podSpecsIn(object).map((template) => ({
      ...template,
      kind: object.kind,
      name: object.metadata.name,
      isRendered: true,
      allow: [...new Set(looseningsOf(template.spec).map(({ word }) => word))],
    })),
  );
  return [...described, ...rendered];
}

/** Whether the object is one of these: each a condition, none without any. */
export function namedAs(pods: readonly SaidPods[]): string[] {
  const names = pods.flatMap(({ name, isRendered }) => (isRendered ? [] : [name]));
  return [
    ...(names.length === 0 ? [] : [`object.metadata.name in ${literal(names)}`]),
    ...renderedAs(pods),
  ];
}

/** Whether the object is one of those that manifests say: a condition, or none without any. */
export function renderedAs(pods: readonly SaidPods[]): string[] {
  const objects = pods.filter(({ isRendered }) => isRendered).map((own) => lineOf(own));
  return objects.length === 0 ? [] : [`${lineOfObject()} in ${literal(objects)}`];
}

/** Kind and name, and what else is said of an object, in a text that nothing else gives. */
export function lineOf({ kind, name }: Pick<SaidPods, "kind" | "name">, ...more: string[]): string {
  return [kind, name, ...more].join("\n");
}

/** The same of the object that is written, whose expressions are given. */
export function lineOfObject(...expressions: string[]): string {
  const all = ["request.kind.kind", "object.metadata.name", ...expressions];
  return `[${all.map((each) => `dyn(${each})`).join(", ")}].join("\\n")`;
}

/** Whether the object is the one that has these pods. */
function isOf({ kind, name, isRendered }: SaidPods): string {
  const ofKind = isRendered ? `request.kind.kind == ${literal(kind)} && ` : "";
  return `${ofKind}object.metadata.name == ${literal(name)}`;
}

/** Whether a field of the pods is what is said of this one object. */
export function asSaid(pods: readonly SaidPods[], field: string, at: string): string[] {
  const path = field.split(".");
  return pods.flatMap((own) => {
    const value = path.reduce<unknown>(
      (inner, key) => (inner as Fields | undefined)?.[key],
      own.spec,
    );
    const has = path.map((_, index) => `has(object.${at}.${path.slice(0, index + 1).join(".")})`);
    return value === undefined
      ? []
      : [
          `(${isOf(own)} && ${has.join(" && ")} && dyn(object.${at}.${field}) == ${constant(value)})`,
        ];
  });
}

/** Whether a volume `v` is one that is said of this one object, of a kind that is not for all. */
export function asSaidVolume(pods: readonly SaidPods[], common: readonly string[]): string[] {
  return pods.flatMap((own) => {
    const volumes = (own.spec["volumes"] ?? []) as readonly Fields[];
    return volumes
      .filter((volume) => !Object.keys(volume).some((kind) => common.includes(kind)))
      .map((volume) => {
        const is = leavesOf(volume, "v", own.isRendered).join(" && ");
        return `(${isOf(own)} && ${is})`;
      });
  });
}

/**
 * One condition for each field that is said: the API server adds defaults beside them.
 *
 * @param isOpen whether it adds some in lists, too: what Slipway writes itself has them already
 */
function leavesOf(value: unknown, path: string, isOpen: boolean): string[] {
  if (isOpen && Array.isArray(value) && value.some((each) => typeof each === "object")) {
    const each = value.flatMap((inner, index) => leavesOf(inner, `${path}[${index}]`, isOpen));
    return [`${path}.size() == ${value.length}`, ...each];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`dyn(${path}) == ${constant(value)}`];
  }
  return Object.entries(value).flatMap(([key, inner]) => [
    `has(${path}.${key})`,
    ...leavesOf(inner, `${path}.${key}`, isOpen),
  ]);
}

/** A value as an expression: lists and mappings may hold values of several types. */
function constant(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((each: unknown) => `dyn(${constant(each)})`).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) {
    return literal(value);
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.map(([key, inner]) => `${literal(key)}: dyn(${constant(inner)})`).join(", ")}}`;
}
