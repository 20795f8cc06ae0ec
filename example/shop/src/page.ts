import { createHash } from "node:crypto";

/** What the service says about itself. */
export interface Identity {
  readonly service: string;
  readonly version: string;
  readonly commit: string | null;
  /** Name of the pod: its hostname. */
  readonly pod: string;
  readonly uptimeSeconds: number;
  /** How often this browser was here, with this time; absent where there are no sessions. */
  readonly visits?: number;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #5b6783; --line: #dfe4ee; --card: #fff; --back: #f3f5fa; --sea: #0b7285; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf5; --soft: #98a3bd; --line: #2b3550; --card: #182038; --back: #0e1425; --sea: #4cc3d9; }
}
* { box-sizing: border-box; margin: 0 }
body { min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; color: var(--ink); background: var(--back);
  font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 28rem; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em }
h1 small { font-size: 1rem; font-weight: 400; letter-spacing: 0; color: var(--soft) }
p { margin: .5rem 0 1.25rem; color: var(--soft) }
dl { display: grid; grid-template-columns: auto 1fr; gap: .6rem 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line) }
dt { color: var(--soft) }
dd { min-width: 0; overflow-wrap: anywhere; text-align: right; font-family: ui-monospace, monospace; font-size: .9rem; line-height: 1.7 }
nav { display: flex; flex-wrap: wrap; gap: .25rem .85rem; margin-top: 1.5rem }
a { color: var(--sea); padding: .35rem 0; text-underline-offset: .2em }
`;

/** The headers that go with the page: it may load nothing at all but its own style. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
};

/** The page a person sees. */
export function page({ service, version, commit, pod, uptimeSeconds, visits }: Identity): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(service)} ${escape(version)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(service)} <small>${escape(version)}</small></h1>
<p>Delivered by Slipway</p>
<dl>
<dt>Commit</dt><dd>${escape(commit?.slice(0, 12) ?? "not in this image")}</dd>
<dt>Pod</dt><dd>${escape(pod)}</dd>
<dt>Up for</dt><dd>${duration(uptimeSeconds)}</dd>
${visits === undefined ? "" : `<dt>Your visits</dt><dd>${visits}</dd>\n`}</dl>
<nav><a href="/healthz">Health</a><a href="/readyz">Readiness</a><a href="/metrics">Metrics</a></nav>
</main>
</body>
</html>
`;
}

function duration(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const;
  let left = Math.floor(seconds);
  const parts = units.map(([unit, size]) => {
    const amount = Math.floor(left / size);
    left -= amount * size;
    return { unit, amount };
  });
  const first = parts.findIndex(({ amount }) => amount > 0);
  if (first < 0) {
    return "0 s";
  }
  return parts
    .slice(first, first + 2)
    .map(({ unit, amount }) => `${amount} ${unit}`)
    .join(" ");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
