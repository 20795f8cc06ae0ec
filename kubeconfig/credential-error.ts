/** There are no credentials, or the API server does not accept them. Its message names whose, and what to do. */
export class CredentialError extends Error {
  override readonly name: string = "CredentialError";
}

/** No word of a credential plugin, be it that it works on or waits for somebody. */
export class SilentPlugin extends CredentialError {
  override readonly name = "SilentPlugin";
}
