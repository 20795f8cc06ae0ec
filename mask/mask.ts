import { withoutNamed } from "./named.ts";
import { withoutPem } from "./pem.ts";
import { plain } from "./plain.ts";
import { withoutShapes } from "./shapes.ts";
import { withoutUserInfo } from "./user-info.ts";

/**
 * A text without what looks like a secret: values of names such as password or token, of headers and options, passwords in
 * addresses, keys and tokens of known looks, PEM blocks. It knows no secret's value, so that one which nothing marks
 * stays, unless the stack has sealed it (see `KnownSecrets`): a service that logs such is to be given `logs: false`. It is
 * without control characters, too. The time it takes grows with the text's length, whatever the text is.
 */
export function masked(text: string): string {
  return withoutNamed(withoutShapes(withoutUserInfo(withoutPem(plain(text)))));
}
