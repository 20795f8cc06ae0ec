import { z } from "zod";

import { SEALING_SCOPE } from "../../contract/marks.ts";
import type { SealingController } from "../../contract/sealed-values.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";

const NOT_FOUND = 404;
const CONFLICT = 409;
const UNAVAILABLE = 503;
/** The name of the port of the controller's Service in most installations. */
const USUAL_PORT = "http";
const API_GROUP = "/apis/bitnami.com/v1alpha1";
const CLUSTER_WIDE = `${SEALING_SCOPE}cluster-wide`;

const annotated = z.object({ annotations: z.record(z.string(), z.string()).optional() });

/** What is looked at of a SealedSecret that the controller has sealed again. */
const scopedSecret = z.object({ metadata: annotated });

/** A SealedSecret as it is shown to the controller. */
export interface ScopedSecret {
  readonly metadata: { readonly name: unknown; readonly namespace: unknown };
  readonly spec: object;
}

const FORBIDDEN = 403;
const AGAINST_POLICY = 422;

/** The certificate is not for this identity. */
export class CertificateRefused extends Error {}

/** The Sealed Secrets controller, through the API server's service proxy. */
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
   * @throws Error that names what is missing: the kind SealedSecret, the controller, or the right to ask it, which is a
   *   {@link CertificateRefused}
   */
  async certificate(): Promise<string> {
    await this.#assertKind();
    try {
      return await this.#ask((proxy) => this.api.text(`${proxy}/v1/cert.pem`, {}, this.signal));
    } catch (error) {
      const Unavailable = isRefused(error) ? CertificateRefused : Error;
      throw new Unavailable(this.#unreachable(error), { cause: error });
    }
  }

  /**
   * Whether the controller keeps the scope of what it seals again; undefined if it does not say. One that does not gives
   * every sealed value to whoever reaches it.
   * @param sealedSecret that it can open, and that is not for the whole cluster
   * @see https://github.com/bitnami/sealed-secrets/security/advisories/GHSA-465p-v42x-3fmj
   */
  async keepsScope({ metadata, spec, ...kind }: ScopedSecret): Promise<boolean | undefined> {
    const { name, namespace } = metadata;
    const template = { metadata: { name, namespace, annotations: { [CLUSTER_WIDE]: "true" } } };
    const widened = { ...kind, metadata, spec: { ...spec, template } };
    try {
      const rotate = (proxy: string) => this.api.post(`${proxy}/v1/rotate`, widened, this.signal);
      const sealedAgain = await this.#ask(rotate);
      return scopedSecret.parse(sealedAgain).metadata.annotations?.[CLUSTER_WIDE] === undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Whether the controller has a key that opens a SealedSecret; undefined if it does not say.
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
    const own = "slipway:sealing.certificate to what kubeseal --fetch-cert prints";
    const remedies: Readonly<Record<number, string>> = {
      [FORBIDDEN]: `allow services/proxy get and create on http:${name}:${this.#port} in ${namespace}, or set ${own}`,
      [AGAINST_POLICY]: `set ${own}`,
    };
    const status = error instanceof ApiError ? error.status : 0;
    const remedy = remedies[status] ?? `set slipway:sealing.controller to where it runs, or ${own}`;
    return `the sealing certificate is unavailable from the ${this.origin}: ${messageOf(error)}; ${remedy}`;
  }

  /** Asks at the usual port, or if the Service has none of that name, at the one that it has. */
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
      // Whoever may not read the Service may still reach it: the controller's own manifest gives its port no name.
      const service = await this.api.get(`${services}/${name}`, {}, this.signal).catch(() => ({}));
      const port = portOf(service);
      if (port === this.#port) {
        throw error;
      }
      this.#port = port;
      return await at(port);
    }
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ApiError && [FORBIDDEN, AGAINST_POLICY].includes(error.status);
}

interface Service {
  readonly spec?: { readonly ports?: readonly { readonly name?: string }[] };
}

function portOf(service: unknown): string {
  const names = ((service as Service).spec?.ports ?? []).map(({ name = "" }) => name);
  return names.find((name) => name === USUAL_PORT) ?? names[0] ?? "";
}
