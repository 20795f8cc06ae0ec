/** The API server's own description of a failure. */
export interface ApiStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly ApiCause[] };
}

/** One cause in a `Status` of the API server. */
export interface ApiCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The API server refused a request. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly reason: string;
  readonly causes: readonly ApiCause[];

  constructor(code: number, status: ApiStatus) {
    super(status.message ?? `the Kubernetes API server answered ${code}`);
    this.code = code;
    this.reason = status.reason ?? "";
    this.causes = status.details?.causes ?? [];
  }
}

/** The API server could not be reached. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  /** Error code of the connection, e.g. `ECONNREFUSED`. */
  readonly code: string;

  constructor(server: string, cause: Error, code: string) {
    super(`the Kubernetes API server ${server} cannot be reached: ${cause.message || code}`, {
      cause,
    });
    this.code = code;
  }
}

/** The API server has no such kind; it may come with a custom resource definition. */
export class NoSuchKindError extends Error {
  override readonly name = "NoSuchKindError";
}

/** Whether the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

/** Whether an object of the name exists, or is not as the request takes it to be. */
export function isConflict(
  error: unknown,
  reason: "AlreadyExists" | "Conflict",
): error is ApiError {
  return error instanceof ApiError && error.code === 409 && error.reason === reason;
}
