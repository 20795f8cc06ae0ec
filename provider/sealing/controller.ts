import type { SealingController } from "../../contract/sealed-values.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";

const NOT_FOUND = 404;
const CONFLICT = 409;
const UNAVAILABLE = 503;
/** What most installations call the port of the controller's Service. */
const USUAL_PORT = "http";
const API_GROUP = "/apis/bitnami.com/v1alpha1";

/** The Sealed Secrets controller, as the API server's service proxy leads to it. */
export class Controller {
  #port = USUAL_PORT;

  private readonly api: Api;
  private readonly place: SealingController;
  private readonly signal: AbortSignal;

  constructor(api: Api, place: SealingController, signal: AbortSignal) {
    this.api = api;
    this.place = place;
    this.signal = signal;
  }

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
      return await this.#ask((proxy) => this.api.text(`${proxy}/v1/cert.pem`, {}, this.signal));
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
      await this.#ask((proxy) => this.api.post(`${proxy}/v1/verify`, sealedSecret, this.signal));
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
        ? `allow services/proxy get and create on http:${name}:${this.#port} in ${namespace}, or set slipway:sealing.certificate`
        : "set slipway:sealing.controller to where it runs, or slipway:sealing.certificate to what kubeseal --fetch-cert prints";
    return `the sealing certificate cannot be had from the ${this.origin}: ${messageOf(error)}; ${remedy}`;
  }

  /** Asks at the usual port, and where the Service has none of that name, at the one that it has. */
  async #ask<T>(ask: (proxy: string) => Promise<T>): Promise<T> {
    const { namespace, name } = this.place;
    const services = `/api/v1/namespaces/${namespace}/services`;
    const at = (port: string) => ask(`${services}/http:${name}:${port}/proxy`);
    try {
      return await at(this.#port);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== UNAVAILABLE) {
        throw error;
      }
      const port = portOf(
        await this.api.get(`${services}/${name}`, {}, this.signal).catch(noService),
      );
      if (port === this.#port) {
        throw error;
      }
      this.#port = port;
      return await at(port);
    }
  }
}

interface Service {
  readonly spec?: { readonly ports?: readonly { readonly name?: string }[] };
}

/** Whoever may not look at the Service may still reach it: the controller's own manifest gives its port no name. */
function noService(): Service {
  return {};
}

function portOf(service: unknown): string {
  const names = ((service as Service).spec?.ports ?? []).map(({ name = "" }) => name);
  return names.find((name) => name === USUAL_PORT) ?? names[0] ?? "";
}
