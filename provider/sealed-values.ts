import { SEALING_SCOPE } from "../contract/marks.ts";
import { type Sealed, sealedValuesInputs, sealingController } from "../contract/sealed-values.ts";
import type { Api } from "./cluster/api.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import type { Resource } from "./resource.ts";
import { valuesDigest } from "./sealing.ts";
import { Controller } from "./sealing/controller.ts";
import { sealAnew, sealedOf } from "./sealing/reseal.ts";
import { parseCertificate } from "./sealing/certificate.ts";
import type { Properties } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";
import { containsUnknown, UNKNOWN } from "../wire/unknown.ts";

/**
 * `slipway:index:SealedValues`: ciphertext for a SealedSecret. The values are sealed before the engine keeps
 * anything, so the state never has them; one that did not change keeps its ciphertext, whatever became of the
 * certificate since. It makes nothing in the cluster.
 */
export class SealedValues implements Resource {
  private readonly api: () => Api;
  private readonly signal: AbortSignal;
  private readonly secrets: KnownSecrets;

  /**
   * @param api the cluster whose controller is asked for its certificate
   * @param signal interrupts requests
   * @param secrets is told each value
   */
  constructor(api: () => Api, signal: AbortSignal, secrets: KnownSecrets) {
    this.api = api;
    this.signal = signal;
    this.secrets = secrets;
  }

  check: Resource["check"] = async (_subject, { olds, news }) => {
    this.#learn(news);
    const failures = silentFaultsOf(sealedValuesInputs, news);
    if (failures.length > 0) {
      return { inputs: withoutValues(news), failures };
    }
    const given = parsed(sealedValuesInputs, news);
    const controller = this.#controller(news);
    const certificate =
      given.certificate === undefined
        ? undefined
        : parseCertificate(given.certificate, "slipway:sealing.certificate");
    const publicKey = async () =>
      certificate ?? parseCertificate(await controller.certificate(), controller.origin);
    const sealed = await sealAnew(sealedOf(olds), given, publicKey);
    return { inputs: { ...withoutValues(news), ...marked(sealed) } };
  };

  diff: Resource["diff"] = (_subject, { oldInputs, news }) => {
    const [old, present] = [sealedOf(oldInputs), sealedOf(news)];
    const keys = new Set([
      ...Object.keys(old?.encryptedData ?? {}),
      ...Object.keys(present?.encryptedData ?? {}),
    ]);
    const changed = [...keys].filter(
      (key) => old?.encryptedData[key] !== present?.encryptedData[key],
    );
    return { changed: changed.map((key) => `encryptedData["${key}"]`) };
  };

  create: Resource["create"] = async (_subject, { inputs, preview }) => ({
    id: `${String(inputs["namespace"])}/${String(inputs["name"])}`,
    outputs: await this.#proved(inputs, preview),
  });

  update: Resource["update"] = (_subject, { news, preview }) => this.#proved(news, preview);

  /** What is sealed is the state itself. */
  read: Resource["read"] = (_subject, { id, outputs }) => Promise.resolve({ id, outputs });

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  #learn({ values }: Properties): void {
    for (const value of Object.values((values ?? {}) as Properties)) {
      if (typeof value === "string") {
        this.secrets.learn(value);
      }
    }
  }

  async #proved(inputs: Properties, preview: boolean): Promise<Properties> {
    const sealed = sealedOf(inputs);
    if (sealed === undefined) {
      throw new Error("sealed values have no encryptedData; run pulumi up again");
    }
    if (!preview) {
      await this.#assertOpens(inputs, sealed);
    }
    const digest = containsUnknown(sealed.digests) ? UNKNOWN : valuesDigest(sealed.digests);
    return { ...inputs, ...marked(sealed), digest };
  }

  async #assertOpens(inputs: Properties, { encryptedData }: Sealed): Promise<void> {
    const { namespace, name, scope } = inputs;
    const controller = this.#controller(inputs);
    const sealedSecret = {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: {
        namespace,
        name,
        annotations: { [SEALING_SCOPE + String(scope)]: "true" },
      },
      spec: { encryptedData },
    };
    if ((await controller.opens(sealedSecret)) === false) {
      throw new Error(
        `the ${controller.origin} cannot open what was sealed for ${String(namespace)}/${String(name)}: it has no key to the certificate that was used; ` +
          "set slipway:sealing.certificate to what kubeseal --fetch-cert prints for this cluster, or restore the controller's key",
      );
    }
  }

  #controller({ controller }: Properties): Controller {
    return new Controller(this.api(), sealingController.parse(controller), this.signal);
  }
}

/** What the engine may keep; a renewed certificate is no change. */
function withoutValues({ namespace, name, scope, controller }: Properties): Properties {
  return { namespace, name, scope, controller };
}

function marked(sealed: Sealed): Properties {
  return { ...sealed, digestKey: secret(sealed.digestKey) };
}
