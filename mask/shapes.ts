import { MASK } from "./redaction.ts";

/**
 * Keys and tokens that are known by their beginning, whatever stands before them. Each alternative fails within a fixed
 * number of characters, or begins only where its run of characters does: that keeps the whole linear.
 */
const SHAPES = new RegExp(
  [
    // GitHub, GitLab
    String.raw`\bgh[pousr]_[A-Za-z0-9]{20,}`,
    String.raw`\bgithub_pat_\w{20,}`,
    String.raw`\bgl(?:pat|ptt|rt|dt|cbt|soat|ft|agent)-[\w-]{16,}`,
    // Slack and Discord, with the addresses that let everybody post
    String.raw`\bxox[a-z]-[\w-]{10,}`,
    String.raw`\bxapp-\d-[\w-]{10,}`,
    String.raw`(?<=\bhooks\.slack\.com/(?:services|workflows)/)[\w/]{10,}`,
    String.raw`(?<=\bdiscord(?:app)?\.com/api/webhooks/\d{5,25}/)[\w-]{20,}`,
    String.raw`\b[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,}`,
    // Google
    String.raw`\bAIza[\w-]{30,}`,
    String.raw`\bya29\.[\w-]{20,}`,
    String.raw`\bGOCSPX-[\w-]{20,}`,
    // AWS: an identifier, and the key where it is beside it
    String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b(?:[\s:;,/|"']{1,3}[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/]))?`,
    // Stripe
    String.raw`\b[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}`,
    String.raw`\bwhsec_[A-Za-z0-9+/]{16,}`,
    // package registries
    String.raw`\bnpm_[A-Za-z0-9]{30,}`,
    String.raw`\bpypi-[\w-]{30,}`,
    String.raw`\bdckr_pat_[\w-]{20,}`,
    String.raw`\brubygems_[a-f0-9]{40,}`,
    // Vault, SendGrid, model providers, Telegram, age
    String.raw`\bhv[sbr]\.[\w-]{20,}`,
    String.raw`\bSG\.[\w-]{16,64}\.[\w-]{16,}`,
    String.raw`\bsk-(?:ant|proj|svcacct|or)-[\w-]{20,}`,
    String.raw`\bsk-[A-Za-z0-9]{32,}`,
    String.raw`\b\d{8,10}:AA[\w-]{33}`,
    String.raw`\bhf_[A-Za-z]{30,}`,
    // clouds, trackers, shops
    String.raw`\bdo[oprt]_v1_[a-f0-9]{40,}`,
    String.raw`\bdapi[a-f0-9]{32}\b`,
    String.raw`\bpul-[a-f0-9]{40}\b`,
    String.raw`\b[\w-]{4,32}\.atlasv1\.[\w-]{40,}`,
    String.raw`\bATATT3[\w=-]{20,}`,
    String.raw`\b(?:lin_api|figd|shpat|shpca|shppa|shpss|glsa|glc|xkeysib|rnd|sntrys|nfp)_[\w-]{24,}`,
    String.raw`\bsq0[a-z]{3}-[\w-]{22,}`,
    String.raw`\bPMAK-[a-f0-9]{20,}-[a-f0-9]{20,}`,
    String.raw`\bNRAK-[A-Z0-9]{27}\b`,
    String.raw`\bAKCp[A-Za-z0-9]{60,}`,
    String.raw`\bkey-[a-f0-9]{32}\b`,
    String.raw`\bAGE-SECRET-KEY-1[A-Z0-9]{50,}`,
    // what signs an address of Azure's storage, and Oracle's user/password@host
    String.raw`(?<=[?&]sig=)[\w%+/=-]{2,}`,
    String.raw`(?<=\bthin:[\w.-]{1,64}/)[^\s@/]{1,256}(?=@)`,
    String.raw`(?<=\b[\w.-]{1,64}/)[^\s@/]{1,256}(?=@//[\w.-])`,
    // what OAuth and SAML send in a form or an address: as good as the token until it is used
    String.raw`(?<=(?:^|[\s?&"'])(?:code|code_verifier|assertion|client_assertion|SAMLResponse|SAMLRequest)=)(?![A-Z\d]{1,64}_[A-Z\d_]{1,64}(?:[\s&"',;)\]}]|$))(?=[^\s&"']{0,64}\d)[^\s&"']{12,}`,
    // what servers log of a client's login, and Jenkins of its first one
    String.raw`(?<=\bAUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|SCRAM-SHA-\d{1,3}) )[A-Za-z0-9+/=]{8,}`,
    String.raw`(?<=\bpassword to proceed to installation:\s{1,8})[a-f0-9]{32}`,
    // PEM and Docker's logins in base64, as Secrets have them
    String.raw`(?<![A-Za-z0-9+/])(?:LS0tLS1CRUdJTi|eyJhdXRocyI6)[A-Za-z0-9+/]{16,}={0,2}`,
    // a JSON Web Token, signed or not
    String.raw`(?<![\w-])eyJ[\w-]{5,}\.[\w-]{2,}\.[\w.-]*`,
  ].join("|"),
  "g",
);

/** A line that holds nothing but base64 of the length that keys are broken into. */
const KEY_LINE = /^[ \t]*([A-Za-z0-9+/]{60,76})[ \t]*$/gm;

/** A text without keys and tokens that are known by their look. */
export function withoutShapes(text: string): string {
  return text
    .replace(SHAPES, MASK)
    .replace(KEY_LINE, (line, body: string) =>
      /[a-z]/.test(body) && /[A-Z]/.test(body) && /\d/.test(body) ? MASK : line,
    );
}
