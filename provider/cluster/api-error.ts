import { CredentialError } from "../../kubeconfig/credential-error.ts";

/** The API server's refusal of a request. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether the same request may well be answered in a moment: the network failed, or the API server was busy or going down. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError
    ? error.status === 429 || error.status >= 500
    : !(error instanceof CredentialError);
}

/** Codes of system calls are at the end of a chain of causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? "" : messageOf(error.cause);
  return cause === "" || error.message.includes(cause)
    ? error.message
    : `${error.message}: ${cause}`;
}
