import { isCredential } from "./looks.ts";
import { quoteAt } from "./quotes.ts";
import type { Span } from "./redaction.ts";
import { endOfBare, endOfCookies, endOfValue, isLogin } from "./values.ts";

const BASE64 = /[\w+/-]+={0,2}/y;
const SPACES = / */y;

/** Characters in which the name of a cookie ends. */
const COOKIE = 256;

/** What a variable such as `SASL_AUTH` chooses. */
const METHOD =
  /^(?:oauth|oidc|openid|saml|jwt|ldap|scram|sha|md5|tls|ssl|mtls|basic|digest|https?|ntlm|krb|kerberos|sasl|cram|iam|aws|x\.?509|v\d)/i;

/** An unknown scheme and what follows it, unless that looks like a sentence. */
export function headerAt(text: string, at: number, end: number): Span {
  SPACES.lastIndex = end;
  SPACES.test(text);
  const next = SPACES.lastIndex;
  const to = endOfBare(text, next, "space");
  const isScheme = next > end && /^[A-Za-z][\w-]{1,24}$/.test(text.slice(at, end));
  return isScheme && /\d|[A-Z]|.{20}/.test(text.slice(next, to)) ? [at, to] : [at, end];
}

/** Cookies, if there are any. */
export function cookiesAt(text: string, at: number): Span | undefined {
  if (!text.slice(at, at + COOKIE).includes("=")) {
    return undefined;
  }
  const isWhole = quoteAt(text, at) !== undefined || text[at] === "[";
  const end = isWhole ? endOfValue(text, at, "equals") : endOfCookies(text, at);
  return text.slice(at, end).includes("=") ? [at, end] : undefined;
}

/** `auth` is a login in Docker's files, and a word in others. */
export function loginAt(text: string, at: number): Span | undefined {
  const from = quoteAt(text, at)?.start ?? at;
  BASE64.lastIndex = from;
  const to = BASE64.test(text) ? BASE64.lastIndex : from;
  const value = text.slice(from, to);
  return isLogin(value) || isCredential(value) ? [from, to] : undefined;
}

/** What a variable such as `BASIC_AUTH` has: a login, or something with digits that is no method. */
export function isVariableLogin(value: string): boolean {
  const inner = value.replace(/^["'`]|["'`]$/g, "");
  return (
    /^[^\s:/]{1,64}:[^/\s]/.test(inner) ||
    (inner.length >= 6 && /\d/.test(inner) && /[A-Za-z]/.test(inner) && !METHOD.test(inner))
  );
}
