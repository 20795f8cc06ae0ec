import { SECRET, SIGNATURE } from "../../wire/signature.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import { fieldOf, isMapping, type Mapping, textOf } from "./mapping.ts";

/** How the engine marks a number that JSON does not have. */
const NUMBER = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c";

/** A double, bit by bit. */
const BITS = /^[\da-f]{16}$/;

/** They say which object an entry is, and whom it asks: what is read there must be what the engine takes. */
const CLEAR = ["metadata", "controller"];

/**
 * Checks what the engine takes for something else than it reads like. It opens a secret and drops what stands beside
 * the ciphertext, so a name there would only deceive whoever reads the state as data; under other signatures it reads
 * files and addresses.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/deployment.go
 */
export function signatureFindings(
  { inputs, outputs }: { readonly inputs?: unknown; readonly outputs?: unknown },
  find: Findings,
): Finding[] {
  return [
    ...[inputs, outputs].flatMap(signed).flatMap((value) => formFindings(value, find)),
    ...[inputs, outputs, fieldOf(outputs, "__inputs")].flatMap((values) =>
      CLEAR.flatMap((key) =>
        signed(fieldOf(values, key)).flatMap((value) =>
          find(`${key}: got ${shown(value)}; allowed: plain values, as the program writes them`),
        ),
      ),
    ),
  ];
}

/** What has a signature; within it nothing else may have one. */
function signed(values: unknown): Mapping[] {
  if (Array.isArray(values)) {
    return values.flatMap(signed);
  }
  if (!isMapping(values)) {
    return [];
  }
  return Object.hasOwn(values, SIGNATURE) ? [values] : Object.values(values).flatMap(signed);
}

function formFindings(value: Mapping, find: Findings): Finding[] {
  const signature = value[SIGNATURE];
  if (signature !== SECRET && signature !== NUMBER) {
    return find(
      `${SIGNATURE}: got ${shown(signature)}; allowed: secrets and numbers; the program has no files in the state`,
    );
  }
  const isSecret = signature === SECRET;
  const text = textOf(value, isSecret ? "ciphertext" : "value");
  const isRight = text !== undefined && (isSecret || BITS.test(text));
  if (isRight && Object.keys(value).length === 2) {
    return [];
  }
  const allowed = isSecret
    ? "a secret with its ciphertext and nothing else; export a state without --show-secrets"
    : "a number with its value in 16 hexadecimal digits and nothing else";
  return find(`${SIGNATURE}: got ${shown(value)}; allowed: ${allowed}`);
}
