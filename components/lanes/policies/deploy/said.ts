import { podSpecsIn } from "../../../exceptions.ts";
import { deliveredBy } from "../../../manifests/workload.ts";
import type { Service } from "../../../service-definition.ts";
import { manifestsOf } from "../../delivery.ts";
import { literal } from "../policy.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A service's pods as the settings say them. */
export interface SaidPods {
  /** Of the service and its object. */
  readonly name: string;
  readonly spec: Fields;
}

/** The pods of services, with what the settings say of them that no lane may choose. */
export function saidPods(services: readonly Service[]): SaidPods[] {
  return services.flatMap((service) =>
    podSpecsIn(deliveredBy(manifestsOf(service))).map(({ spec }) => ({
      name: service.name,
      spec,
    })),
  );
}

/** Whether a field of the pods is what the settings say of this one service. */
export function asSaid(pods: readonly SaidPods[], field: string, at: string): string[] {
  const path = field.split(".");
  return pods.flatMap(({ name, spec }) => {
    const value = path.reduce<unknown>((inner, key) => (inner as Fields | undefined)?.[key], spec);
    const has = path.map((_, index) => `has(object.${at}.${path.slice(0, index + 1).join(".")})`);
    return value === undefined
      ? []
      : [
          `(object.metadata.name == ${literal(name)} && ${has.join(" && ")} && dyn(object.${at}.${field}) == ${constant(value)})`,
        ];
  });
}

/** Whether a volume `v` is one that the settings say of this one service, of a kind that is not for all. */
export function asSaidVolume(pods: readonly SaidPods[], common: readonly string[]): string[] {
  return pods.flatMap(({ name, spec }) => {
    const volumes = (spec["volumes"] ?? []) as readonly Fields[];
    return volumes
      .filter((volume) => !Object.keys(volume).some((kind) => common.includes(kind)))
      .map((volume) => {
        const is = leavesOf(volume, "v").join(" && ");
        return `(object.metadata.name == ${literal(name)} && ${is})`;
      });
  });
}

/** One condition for each field that is said: the API server adds defaults beside them. */
function leavesOf(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`dyn(${path}) == ${constant(value)}`];
  }
  return Object.entries(value).flatMap(([key, inner]) => [
    `has(${path}.${key})`,
    ...leavesOf(inner, `${path}.${key}`),
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
