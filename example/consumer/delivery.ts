/** What a stack needs to know to deploy, or to call, a service that another stack has released. */
export interface Delivery {
  /** `repository@sha256:<64 hex>`. */
  readonly image: string;
  readonly digest: string;
  /** The public URL where there is one, else the one inside the cluster's network. */
  readonly url: string;
}

export interface DeliveryOptions {
  /** Name of the stack that the outputs are from, for messages. */
  readonly producer: string;
  readonly service: string;
  /** The stack's output `releases`, undefined where it has none. */
  readonly releases: unknown;
  /** The stack's output `endpoints`, undefined where it has none. */
  readonly endpoints: unknown;
}

/** The outputs do not hold a release that may be used. */
export class DeliveryRefused extends Error {
  override readonly name = "DeliveryRefused";
}

const VERSION = 1;
const PINNED = /^[^\s@]+@(sha256:[0-9a-f]{64})$/;

/**
 * Takes a service's release from a Slipway stack's outputs, if it was proved.
 *
 * @throws {DeliveryRefused} where an output is absent, the record's version is another one than this code
 * knows, the verdict is not `ready`, or the image is not pinned by the record's digest.
 */
export function accept({ producer, service, releases, endpoints }: DeliveryOptions): Delivery {
  const release = entry(releases, "releases", service, producer);
  const { version, verdict, reason, image, digest } = release;
  const refuse = (message: string) =>
    new DeliveryRefused(`${producer}: releases.${service}${message}`);

  if (version !== VERSION) {
    throw refuse(
      `.version must be ${VERSION}, got ${show(version)}; read what changed in docs/outputs.md`,
    );
  }
  if (verdict !== "ready") {
    throw refuse(
      `.verdict must be "ready", got ${show(verdict)} with the reason ${show(reason)}; mend that stack and run its up first`,
    );
  }
  const [, pin] = typeof image === "string" ? (PINNED.exec(image) ?? []) : [];
  if (typeof image !== "string" || pin === undefined || pin !== digest) {
    throw refuse(`.image must be pinned by the digest ${show(digest)}, got ${show(image)}`);
  }

  const { public: open, address } = entry(endpoints, "endpoints", service, producer);
  const url = open ?? address;
  if (typeof url !== "string") {
    throw new DeliveryRefused(
      `${producer}: endpoints.${service}.address must be a URL, got ${show(url)}`,
    );
  }
  return { image, digest: pin, url };
}

function entry(
  output: unknown,
  name: string,
  service: string,
  producer: string,
): Readonly<Record<string, unknown>> {
  if (!isRecord(output)) {
    throw new DeliveryRefused(
      `${producer}: the output "${name}" must be there, got ${show(output)}; run that stack's up first`,
    );
  }
  const found = Object.hasOwn(output, service) ? output[service] : undefined;
  if (!isRecord(found)) {
    const known = Object.keys(output).join(", ") || "no service";
    throw new DeliveryRefused(
      `${producer}: ${name}.${service} must be there, got ${show(found)}; that stack has ${known}`,
    );
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
