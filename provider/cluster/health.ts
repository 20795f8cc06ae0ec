import { ApiError, messageOf } from "./api-error.ts";

/** Rights that were granted a moment ago take a moment to be known everywhere. */
const REFUSALS = 3;

/** How a source of news of the cluster fares. */
export type Health =
  | { readonly kind: "starting" }
  /** The last request went well. */
  | { readonly kind: "live" }
  /** The API server does not answer; retried all the time. */
  | { readonly kind: "unreachable"; readonly message: string }
  /** The API server refuses; retried all the time, but waiting is of no use. */
  | {
      readonly kind: "refused";
      readonly verb: "get" | "list" | "watch";
      /** Of HTTP: 401, 403 or 404. */
      readonly status: number;
      readonly message: string;
    };

/** A source that does not do what it should. */
export type Trouble = Extract<Health, { kind: "unreachable" | "refused" }> & {
  /** Resource and group, e.g. `deployments.apps`. */
  readonly resource: string;
};

/** Whether the API server refused a request for good: with 401, 403 or 404. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}

/**
 * How a source fares after a failed request.
 * @param refusals how often it was refused in a row
 * @returns undefined for a refusal that may pass
 */
export function healthAfter(
  error: unknown,
  verb: "get" | "list" | "watch",
  refusals: number,
): Health | undefined {
  if (!isRefusal(error)) {
    return { kind: "unreachable", message: messageOf(error) };
  }
  const { status, message } = error;
  return refusals < REFUSALS ? undefined : { kind: "refused", verb, status, message };
}

/** What is wrong with a source of news of this resource. */
export function troublesOf(health: Health | undefined, resource: string): readonly Trouble[] {
  return health?.kind === "unreachable" || health?.kind === "refused"
    ? [{ ...health, resource }]
    : [];
}
