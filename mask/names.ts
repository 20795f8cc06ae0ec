import { words } from "./words.ts";

/** Shells call their folder so, tests and language models count these. */
const VAGUE = /^(?:(?:OLD)?PWD|pass|.*(?:tokens|secrets|passwords|credentials|keys))$/i;

/** Which words are worth a closer look: most are not. */
const HINT = /pass|pwd|pw$|secret|token|key|cred|auth|cookie|sess|sid$|signature|otp|cvv|pat$/i;

/** Characters of a name that are read, from its end. */
const NAME = 128;

/** Words that say that a value is a secret, alone or at the end of a longer one. */
const ENDINGS =
  /(?:password|passwd|passphrase|passwort|passcode|secret|token|pwd|apikey|accesskey|secretkey|privatekey|accountkey|sharedkey|authkey|signingkey|encryptionkey|credential)s?$/;

/** Short words that say so only alone. */
const WHOLE = words(`
  pass pw psw dbpass userpass rootpass adminpass mypass smtppass mailpass dbpw userpw rootpw adminpw
  storepass keypass srcstorepass deststorepass srckeypass destkeypass
  jsessionid phpsessid sessionid sessid otp totp cvv
`);

/** What stands before `key` in a name that is not of a table, a cache or a lock. */
const KEYS = words(`
  api access secret private account shared auth signing signature encryption master storage consumer app application
  jwt hmac aes rsa ssh tls ssl subscription service admin client deploy license session webhook integration
  stripe sendgrid mailgun openai anthropic gemini groq mistral cohere datadog algolia twilio newrelic mapbox maps pusher
  supabase braintree cloudflare rollbar bugsnag
`);

/** What stands before `pat` in the name of a personal access token. */
const PATS = words(
  "github gh ghcr gitlab git azure ado devops ext docker jira atlassian bitbucket databricks snowflake airtable",
);

/** Variables that have a login, or the name of a method. */
const AUTH_VARIABLE = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)*_AUTH$/;

/** What says that the value describes a secret and is not one. */
const ABOUT = words(`
  name names file files filename path paths dir folder url uri urls endpoint endpoints type types length len count counts size min max
  limit limits ttl expiry expires expired expiration expiring at in age lifetime validity ref refs reference policy policies
  provider providers enabled disabled required optional version store stores manager issuer audience algorithm algo field fields
  header headers hint reset change changed rotation strength usage used budget window rate bucket buckets class classes method scope
  scopes mount volume namespace kind status state error errors service server client controller handler filter factory validator
  generator interceptor repository cache index position
  js ts mjs cjs tsx jsx go py rb java kt kts scala rs php cs c cpp h hpp swift ex exs json yaml yml toml xml html txt log md lock
`);

/** What may follow in a name in camel case that is still a secret's; names of classes continue otherwise. */
const MORE = words(`
  hash hashed old new value plain raw text string encrypted base b encoded prod dev test staging current previous next default main
  primary secondary env data id key keys one two
`);

/** What a word says of what follows it; the value of a vague one may be a number or a path as well. */
export type Kind =
  "secret" | "password" | "authorization" | "cookie" | "login" | "variable" | "vague";

/** Names of two words that are a secret's only together. */
const ALONE: ReadonlySet<string> = new Set(["connect sid", "amz signature", "goog signature"]);

/** What a word says of its value, undefined if the name marks no secret. */
export function kindOf(word: string): Kind | undefined {
  const name = word.slice(-NAME);
  if (!HINT.test(name)) {
    return undefined;
  }
  const parts = partsOf(name);
  const last = parts.at(-1) ?? "";
  if (last === "authorization") {
    return "authorization";
  }
  if (last === "cookie" || last === "cookies") {
    return "cookie";
  }
  if (last === "auth") {
    return AUTH_VARIABLE.test(name) ? "variable" : "login";
  }
  if (ALONE.has(parts.slice(-2).join(" "))) {
    return "secret";
  }
  if (parts.slice(-2).join(" ") === "pull secrets") {
    return undefined;
  }
  const secret = parts.findLastIndex((part, index) => isSecret(part, parts[index - 1]));
  if (secret < 0) {
    return undefined;
  }
  const rest = parts.slice(secret + 1);
  const isCamel = /[a-z][A-Z]/.test(name);
  if (rest.some((part) => ABOUT.has(part) || (isCamel && !MORE.has(part)))) {
    return undefined;
  }
  if (VAGUE.test(name)) {
    return "vague";
  }
  return /pass(?:word|wd|phrase|wort)$/.test(parts[secret] ?? "") ? "password" : "secret";
}

const SPACED_KEY =
  /\b(?:api|access|(?<!existent )secret|private|account|shared|auth|signing|encryption|master|unseal) $/i;

/** The same of a word that says it only with the one before it. */
export function kindOfTwo(word: string, before: string): Kind | undefined {
  const lower = word.length < 7 ? word.toLowerCase() : "";
  if (lower === "key" && SPACED_KEY.test(before)) {
    return "vague";
  }
  return lower === "phrase" && /\bpass $/i.test(before) ? "password" : undefined;
}

function isSecret(part: string, before: string | undefined): boolean {
  return (
    ENDINGS.test(part) ||
    WHOLE.has(part) ||
    (part === "pat" && before !== undefined && PATS.has(before)) ||
    (/^keys?$/.test(part) && before !== undefined && KEYS.has(before))
  );
}

/** `dbPassword`, `DB_PASSWORD2` and `db-password` are of the same parts. */
function partsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((part) => part.replace(/^\d+|\d+$/g, ""))
    .filter((part) => part !== "");
}
