import { CredentialError } from "../../kubeconfig/credential-error.ts";
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
  /** There are no credentials, or the API server does not accept them; retried all the time, also with new ones. */
  | {
      readonly kind: "unauthorized";
      /** On the clock of `performance.now`. */
      readonly since: number;
      readonly message: string;
    }
  /** The API server refuses; retried all the time, but waiting is of no use. */
  | {
      readonly kind: "refused";
      readonly verb: "get" | "list" | "watch";
      /** Of HTTP: 403 or 404. */
      readonly status: number;
      readonly message: string;
    };

/** A source that does not do what it should. */
export type Trouble = Extract<Health, { kind: "unreachable" | "unauthorized" | "refused" }> & {
  /** Resource and group, e.g. `deployments.apps`. */
  readonly resource: string;
};

/** Whether the API server refused a request for good: with 403 or 404. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [403, 404].includes(error.status);
}

/**
 * How a source fares after a failed request.
 * @param refusals how often it was refused in a row
 * @param before how it fared before
 * @returns undefined for a refusal that may pass
 */
export function healthAfter(
  error: unknown,
  verb: "get" | "list" | "watch",
  refusals: number,
  before: Health,
): Health | undefined {
  if (error instanceof CredentialError) {
    return afterCredentials(error, before);
  }
  if (!isRefusal(error)) {
    return { kind: "unreachable", message: messageOf(error) };
  }
  const { status, message } = error;
  return refusals < REFUSALS ? undefined : { kind: "refused", verb, status, message };
}

/** The same after credentials that are missing or refused. */
export function afterCredentials({ message }: CredentialError, before: Health): Health {
  const since = before.kind === "unauthorized" ? before.since : performance.now();
  return { kind: "unauthorized", since, message };
}

/** What is wrong with a source of news of this resource. */
export function troublesOf(health: Health, resource: string): readonly Trouble[] {
  return health.kind === "starting" || health.kind === "live" ? [] : [{ ...health, resource }];
}
