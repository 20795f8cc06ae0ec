/** What stands in the place of a secret. */
const MASK = "***";

/** A name that says that its value is a secret, then the value: in quotes, or up to the next space or separator. */
const NAMED =
  /((?:[\w-]*(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?)[\w-]*)["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"']+)/gi;

/** The credentials of an HTTP request. */
const AUTHORIZATION =
  /(authorization["']?\s*[=:]\s*["']?(?:bearer|basic)\s+|\bbearer\s+(?=[\w.~+/-]{16}))[\w.~+/-]+=*/gi;

/** User and password in a URL. */
const USER_INFO = /(\b[a-z][-+.a-z0-9]*:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/gi;

/**
 * A line of a log without what looks like a secret: values of names such as password or token, bearer tokens, passwords
 * in URLs. It knows no secret's value, so that one which nothing marks stays, unless the stack has sealed it (see
 * `KnownSecrets`): a service that logs such is to be given `logs: false`.
 */
export function masked(line: string): string {
  return line
    .replace(USER_INFO, `$1${MASK}`)
    .replace(AUTHORIZATION, `$1${MASK}`)
    .replace(NAMED, (found: string, name: string, value: string) =>
      /^(bearer|basic)$/i.test(value) ? found : `${name}${MASK}`,
    );
}
