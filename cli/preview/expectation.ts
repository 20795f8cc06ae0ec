import { LABEL } from "../../contract/names.ts";
import type { PreviewReport } from "./preview.ts";

const EXPECTED = /^(?:(.*)=)?(sha256:[0-9a-f]{64})$/;

/** The digest that a service is expected to run after a change. */
export interface Expectation {
  /** Absent if it is the only service of the stack. */
  readonly service?: string;
  readonly digest: string;
}

/**
 * Reads `sha256:<64 hex>` or `service=sha256:<64 hex>`.
 * @throws if it is anything else
 */
export function parseExpectation(text: string): Expectation {
  const [, service, digest] = EXPECTED.exec(text) ?? [];
  if (digest === undefined || (service !== undefined && !LABEL.test(service))) {
    throw new Error(
      `--expect: got "${text}"; allowed: sha256:<64 hex digits> or service=sha256:<64 hex digits>; use the digest of the release that is promoted`,
    );
  }
  return service === undefined ? { digest } : { service, digest };
}

/** How a preview differs from what is expected, a sentence each. */
export function unexpected(
  { services, errors }: Pick<PreviewReport, "services" | "errors">,
  expectations: readonly Expectation[],
): string[] {
  if (errors.length > 0) {
    return ["the preview failed, so it is unknown what it would run"];
  }
  const names = services.map(({ name }) => name);
  return expectations.flatMap(({ service, digest }) => {
    const name = service ?? (names.length === 1 ? names[0] : undefined);
    if (name === undefined) {
      return [
        `--expect: the stack has ${names.length} services; allowed: service=${digest} with one of ${names.join(", ")}`,
      ];
    }
    const found = services.find((one) => one.name === name);
    if (found === undefined) {
      return [`--expect: got service "${name}"; allowed: ${names.join(", ")}`];
    }
    const { action, digest: next } = found.image;
    if (action === "none") {
      return [`${name} would not run any more; expected ${digest}`];
    }
    const words = next ?? "an image that is built first";
    return next === digest ? [] : [`${name} would run ${words}, not ${digest}`];
  });
}
