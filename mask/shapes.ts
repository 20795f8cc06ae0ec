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
    String.raw`\bAGE-SECRET-KEY-1[A-Z0-9]{50,}`,
    // what signs an address of Azure's storage, and Oracle's user/password@host
    String.raw`(?<=[?&]sig=)[\w%+/=-]{2,}`,
    String.raw`(?<=\bthin:[\w.-]{1,64}/)[^\s@/]{1,256}(?=@)`,
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
