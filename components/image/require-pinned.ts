import { RunError } from "@pulumi/pulumi/errors.js";

import { isPinned, PINNED_ALLOWED, PINNED_FORM } from "../../contract/image-reference.ts";

/**
 * Checks the image that whoever writes the program names.
 *
 * @throws RunError if it is not a pinned image
 */
export function requirePinned(name: string, reference: string): string {
  return required(name, reference, `; ${PINNED_ALLOWED}`);
}

/**
 * Checks what a builder says that it pushed. The docker provider says `<none>@<none>` if the
 * daemon has reported no digest.
 *
 * @throws RunError if it is not a pinned image
 */
export function requirePushed(name: string, reference: string): string {
  return required(
    name,
    reference,
    ` from the push; allowed: ${PINNED_FORM}; check that the registry accepted the push, then run up again, ` +
      "or build elsewhere and set the service's image",
  );
}

function required(name: string, reference: string, allowed: string): string {
  if (isPinned(reference)) {
    return reference;
  }
  throw new RunError(`image of ${name}: got ${JSON.stringify(reference)}${allowed}`);
}
