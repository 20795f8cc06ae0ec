import type { KeyObject } from "node:crypto";
import { HIDDEN, SEALING_SCOPE } from "../contract/marks.ts";
import { type Sealed, sealedValuesInputs, sealingController } from "../contract/sealed-values.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import type { Resource, Run } from "./resource.ts";
import { valuesDigest } from "./sealing.ts";
import { CertificateRefused, Controller } from "./sealing/controller.ts";
import { sealAnew, sealedOf } from "./sealing/reseal.ts";
import { parseCertificate } from "./sealing/certificate.ts";
import type { Properties, Subject } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";
import { containsUnknown, UNKNOWN } from "../wire/unknown.ts";

/** The first release of Sealed Secrets whose controller keeps the scope of what it seals again. */
const OLDEST = "0.36.0";

/**
 * `slipway:index:SealedValues`: ciphertext for a SealedSecret. The values are sealed before the engine keeps
 * anything, so the state never has them; an unchanged one keeps its ciphertext, whatever became of the
 * certificate since. It creates nothing in the cluster.
 */
export class SealedValues implements Resource {
  readonly #run: Run;
  readonly #secrets: KnownSecrets;

  /** @param secrets gets each value */
  constructor(run: Run, secrets: KnownSecrets) {
    this.#run = run;
    this.#secrets = secrets;
  }

  check: Resource["check"] = async (subject, { olds, news }) => {
    this.#learn(news);
    const failures = silentFaultsOf(sealedValuesInputs, news);
    if (failures.length > 0) {
      return { inputs: withoutValues(news), failures };
    }
    const given = parsed(sealedValuesInputs, news);
    const controller = this.#controller(news);
    const { certificate } = given;
    const own =
      certificate === undefined
        ? undefined
        : parseCertificate(certificate, "slipway:sealing.certificate");
    const publicKey = async () => own ?? (await certified(controller, subject));
    const sealed = await sealAnew(sealedOf(olds), given, publicKey);
    return { inputs: { ...withoutValues(news), ...marked(sealed) } };
  };

  diff: Resource["diff"] = (_subject, { oldInputs, news }) => {
    const [old = {}, present = {}] = [oldInputs, news].map((of) => sealedOf(of)?.encryptedData);
    const keys = Object.keys({ ...old, ...present }).filter((key) => old[key] !== present[key]);
    const changed = new Set([...keys, ...(sealedOf(news)?.unsealed ?? [])]);
    return { changed: [...changed].map((key) => `encryptedData["${key}"]`) };
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
        this.#secrets.learn(value);
      }
    }
  }

  async #proved(inputs: Properties, preview: boolean): Promise<Properties> {
    const sealed = sealedOf(inputs);
    if (sealed === undefined) {
      throw new Error("sealed values have no encryptedData; run pulumi up again");
    }
    if (!preview) {
      assertOriginal(sealed);
      await this.#assertSealed(inputs, sealed);
      await this.#assertOpens(inputs, sealed);
    }
    const { unsealed = [], ...known } = sealed;
    const unknown = Object.fromEntries(unsealed.map((key) => [key, UNKNOWN]));
    const encryptedData = { ...known.encryptedData, ...unknown };
    const digest = containsUnknown(sealed.digests) ? UNKNOWN : valuesDigest(sealed.digests);
    return { ...inputs, ...marked({ ...known, encryptedData }), digest };
  }

  /** What a preview may leave open, a run may not. */
  async #assertSealed(inputs: Properties, { unsealed = [] }: Sealed): Promise<void> {
    if (unsealed.length > 0) {
      await this.#controller(inputs).certificate();
      throw new Error("the sealing certificate was refused a moment ago; run pulumi up again");
    }
  }

  async #assertOpens(inputs: Properties, { encryptedData }: Sealed): Promise<void> {
    const { namespace, name, scope } = inputs;
    const controller = this.#controller(inputs);
    const sealedSecret = {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: { namespace, name, annotations: { [SEALING_SCOPE + String(scope)]: "true" } },
      spec: { encryptedData },
    };
    if ((await controller.opens(sealedSecret)) === false) {
      throw new Error(
        `the ${controller.origin} cannot open what was sealed for ${String(namespace)}/${String(name)}: it has no key to the certificate that was used; ` +
          "set slipway:sealing.certificate to what kubeseal --fetch-cert prints for this cluster, or restore the controller's key",
      );
    }
    if (scope !== "cluster-wide" && (await controller.keepsScope(sealedSecret)) === false) {
      throw new Error(
        `the ${controller.origin} is too old: it gives every sealed value to whoever reaches it (CVE-2026-22728); allowed: Sealed Secrets ${OLDEST} or newer; update the controller`,
      );
    }
  }

  #controller({ controller }: Properties): Controller {
    const { cluster, signal } = this.#run;
    return new Controller(cluster().api, sealingController.parse(controller), signal);
  }
}

/** The controller's key; undefined if its certificate is not for this identity, as for that of a preview. */
async function certified(
  controller: Controller,
  { name, log }: Subject,
): Promise<KeyObject | undefined> {
  try {
    return parseCertificate(await controller.certificate(), controller.origin);
  } catch (error) {
    if (!(error instanceof CertificateRefused)) {
      throw error;
    }
    log.info(`credential ${name} is not sealed here: ${error.message}`);
    return undefined;
  }
}

/** With a copy of the state nothing is sealed again, whatever has changed: good for a preview only. */
function assertOriginal({ digestKey }: Sealed): void {
  if (digestKey === HIDDEN) {
    throw new Error(
      "the stack's state is a copy without its secrets, which only a preview may use; run pulumi up with the state itself",
    );
  }
}

/** What the engine may keep; a renewed certificate is not a change. */
function withoutValues({ namespace, name, scope, controller }: Properties): Properties {
  return { namespace, name, scope, controller };
}

function marked(sealed: Sealed): Properties {
  return { ...sealed, digestKey: secret(sealed.digestKey) };
}
