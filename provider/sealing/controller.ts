import type { SealingController } from "../../contract/sealed-values";
import type { Api } from "../cluster/api";
import { ApiError, messageOf } from "../cluster/api-error";

const NOT_FOUND = 404;
const CONFLICT = 409;
const API_GROUP = "/apis/bitnami.com/v1alpha1";

/** The Sealed Secrets controller, as the API server's service proxy leads to it. */
export class Controller {
  constructor(
    private readonly api: Api,
    private readonly place: SealingController,
    private readonly signal: AbortSignal,
  ) {}

  /** Where its certificate comes from, for people. */
  get origin(): string {
    return `controller ${this.place.namespace}/${this.place.name}`;
  }

  /**
   * The newest certificate, as PEM text.
   * @throws Error that names what is missing: the kind SealedSecret, the controller, or the right to ask it
   */
  async certificate(): Promise<string> {
    await this.#assertKind();
    try {
      return await this.api.text(`${this.#proxy()}/v1/cert.pem`, {}, this.signal);
    } catch (error) {
      throw new Error(this.#unreachable(error), { cause: error });
    }
  }

  /**
   * Whether the controller has a key that opens a SealedSecret; undefined where it does not say.
   * @see https://github.com/bitnami-labs/sealed-secrets#validate-a-sealed-secret
   */
  async opens(sealedSecret: object): Promise<boolean | undefined> {
    try {
      await this.api.post(`${this.#proxy()}/v1/verify`, sealedSecret, this.signal);
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status === CONFLICT ? false : undefined;
    }
  }

  async #assertKind(): Promise<void> {
    try {
      await this.api.get(API_GROUP, {}, this.signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === NOT_FOUND) {
        throw new Error(
          "the cluster does not know the kind SealedSecret; install Sealed Secrets (https://github.com/bitnami-labs/sealed-secrets#installation)",
          { cause: error },
        );
      }
      throw error;
    }
  }

  #unreachable(error: unknown): string {
    const { namespace, name } = this.place;
    const remedy =
      error instanceof ApiError && error.status === 403
        ? `allow services/proxy get and create on http:${name}:http in ${namespace}, or set slipway:sealing.certificate`
        : "set slipway:sealing.controller to where it runs, or slipway:sealing.certificate to what kubeseal --fetch-cert prints";
    return `the sealing certificate cannot be had from the ${this.origin}: ${messageOf(error)}; ${remedy}`;
  }

  #proxy(): string {
    const { namespace, name } = this.place;
    return `/api/v1/namespaces/${namespace}/services/http:${name}:http/proxy`;
  }
}
