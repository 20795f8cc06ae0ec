import { LABEL } from "../../contract/names.ts";
import type { PreviewReport } from "./preview.ts";

const EXPECTED = /^(?:(.*)=)?(sha256:[0-9a-f]{64})$/;

/** The digest that a service is expected to run after a change. */
export interface Expectation {
  /** Absent where it is the only service of the stack. */
  readonly service?: string;
  readonly digest: string;
}

/**
 * Reads `sha256:<64 hex>` or `service=sha256:<64 hex>`.
 * @throws For anything else.
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

/** What a preview would do other than expected, a sentence each; empty where it does what is expected. */
export function unexpected(
  { services, errors }: Pick<PreviewReport, "services" | "errors">,
  expectations: readonly Expectation[],
): string[] {
  if (errors.length > 0) {
    return ["the preview failed, so nothing is known of what it would run"];
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
    return found.image.digest === digest
      ? []
      : [`${name} would run ${wouldRun(found)}, not ${digest}`];
  });
}

function wouldRun({ image }: PreviewReport["services"][number]): string {
  if (image.action === "none") {
    return "no more";
  }
  return image.digest ?? "an image that is built first";
}
