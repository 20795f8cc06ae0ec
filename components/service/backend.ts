import { picked } from "./picked.ts";

/** Where requests for a path go. */
export interface Target {
  /**
   * The service that answers them.
   * @default - this one
   */
  readonly service?: string;
  /**
   * The Service's port, by its name or number.
   * @default - the port that the service answers on
   */
  readonly port?: string | number;
}

/** Where requests for a path go: a Service, and its port. */
export interface Backend {
  readonly service: string;
  readonly port: string | number;
}

/** What tells an object from others, and what others read in it. */
export interface Marked {
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One or several, as a list. */
export function listOf<T extends object>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The marks of an object as far as they are given. */
export function marksOf(marked: Marked) {
  return picked(marked, ["annotations", "labels"]);
}

/** Of a service's Ingresses, and of its routes, one has the service's name. */
export function objectName(service: string, { name }: Pick<Marked, "name">): string {
  return name === undefined ? service : `${service}-${name}`;
}
