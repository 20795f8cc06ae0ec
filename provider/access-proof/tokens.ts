import type { RefusedAct } from "../../contract/access-proof.ts";
import { ownName } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";

/** The least that the API server accepts. */
const SECONDS = 600;

/** An account of the cluster. */
export type Account = RefusedAct["account"];

/** Requests as accounts, each with a token of its own that nothing else gets. */
export class Tokens {
  readonly #api: Api;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, Promise<Api>>();

  constructor(api: Api, signal: AbortSignal) {
    this.#api = api;
    this.#signal = signal;
  }

  /**
   * Requests as an account.
   * @throws `ApiError` if there is no token for it, or if the API server takes it for somebody else's
   */
  apiOf({ namespace, name }: Account): Promise<Api> {
    const user = `system:serviceaccount:${namespace}:${name}`;
    const known = this.#known.get(user) ?? this.#as(user, { namespace, name });
    this.#known.set(user, known);
    // An account that is a moment old is asked for again.
    known.catch(() => this.#known.delete(user));
    return known;
  }

  async #as(user: string, account: Account): Promise<Api> {
    const api = this.#api.session(await this.#request(account));
    const taken = await ownName(api, this.#signal);
    if (taken === user) {
      return api;
    }
    throw new ApiError(
      401,
      `the token of ${user} is taken for ${taken ?? "nobody's"}; use a kubeconfig that reaches the API server itself, and not through a proxy with a login of its own`,
    );
  }

  async #request({ namespace, name }: Account): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const spec = { expirationSeconds: SECONDS };
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
    const { status } = (await this.#api.post(path, body, this.#signal)) as {
      readonly status?: { readonly token?: string };
    };
    if (status?.token === undefined) {
      throw new Error("the API server has answered a TokenRequest without a token");
    }
    return status.token;
  }
}
