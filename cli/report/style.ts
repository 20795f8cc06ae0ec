import { Html } from "./html.ts";

/** The page's look: light and dark, narrow and wide. Each text has a contrast of 4.5 : 1 or more on what it stands on. */
export const STYLE = new Html(`
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --quiet: #57606a; --box: #f6f8fa; --line: #6e7781;
  --edge: #d0d7de;
  --ready: #116329; --failed: #a40e26; --ready-tint: #dafbe1; --failed-tint: #ffebe9; --link: #0550ae; --build: #6639ba; --apply: #0550ae; --schedule: #57606a;
  --pull: #7d4e00; --start: #0969da; --wait: #116329; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --quiet: #9ea7b3; --box: #161b22;
  --line: #8b949e; --edge: #30363d; --ready: #56d364; --failed: #ff7b72; --ready-tint: #12261e; --failed-tint: #2d1618; --link: #79c0ff; --build: #d2a8ff; --apply: #79c0ff;
  --schedule: #9ea7b3; --pull: #e3b341; --start: #58a6ff; --wait: #56d364; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem; max-width: 68rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0; display: inline; overflow-wrap: anywhere; }
h3 { font-size: .8125rem; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); margin: 1.25rem 0 .5rem; }
a { color: var(--link); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--box); border: 1px solid var(--edge); border-radius: 6px; padding: .625rem .75rem; white-space: pre-wrap;
  font-size: .8125rem; margin: .25rem 0 1rem; }
p { margin: .5rem 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.wide { overflow-x: auto; }
.quiet { color: var(--quiet); }
.verdict { font-weight: 600; white-space: nowrap; border-radius: 1rem; padding: .125rem .625rem; }
.verdict.ready { color: var(--ready); background: var(--ready-tint); }
.verdict.failed { color: var(--failed); background: var(--failed-tint); }
.cause { border-left: 4px solid var(--failed); border-radius: 2px 6px 6px 2px; background: var(--failed-tint);
  padding: .625rem .75rem; margin: .25rem 0 1rem; overflow-wrap: anywhere; }
section { border: 1px solid var(--edge); border-radius: 8px; padding: .75rem 1.25rem 1.25rem; margin-top: 1rem; }
summary { cursor: pointer; }
summary h2 { margin: 0 .375rem 0 .125rem; }
summary .quiet { margin-left: .375rem; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--text); }
svg .quiet { fill: var(--quiet); }
svg .box { fill: var(--box); stroke: var(--line); }
svg .box.ready { fill: var(--ready-tint); stroke: var(--ready); }
svg .box.failed { fill: var(--failed-tint); stroke: var(--failed); }
svg .arrow { stroke: var(--line); fill: none; }
svg .tip { fill: var(--line); }
svg .mono { font-family: ui-monospace, monospace; }
svg .axis { stroke: var(--line); }
svg .build { fill: var(--build); } svg .apply { fill: var(--apply); } svg .schedule { fill: var(--schedule); }
svg .pull { fill: var(--pull); } svg .start { fill: var(--start); } svg .wait { fill: var(--wait); }
svg .settle { fill: var(--wait); opacity: 0.5; }
svg .bar.ready { fill: var(--ready); } svg .bar.failed { fill: var(--failed); }
svg.chain { max-width: 24rem; }
svg.picture { max-width: 30rem; }
@media (min-width: 52rem) {
  .columns { display: grid; grid-template-columns: 21rem minmax(0, 1fr); column-gap: 2.5rem; }
  .columns.failed { grid-template: "chain found" auto "time found" 1fr "identity identity" auto / 21rem minmax(0, 1fr); }
  .columns.ready { grid-template: "chain time" auto "identity identity" auto / 21rem minmax(0, 1fr); }
  .chain { grid-area: chain; } .found { grid-area: found; } .time { grid-area: time; } .identity { grid-area: identity; }
}
.columns > * { min-width: 0; }
footer { margin-top: .75rem; font-size: .875rem; }
`);
