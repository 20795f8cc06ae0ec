import { Html } from "./html";

/** The page's look: light and dark, narrow and wide. Each text has a contrast of 4.5 : 1 or more on what it stands on. */
export const STYLE = new Html(`
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --quiet: #57606a; --box: #f6f8fa; --line: #6e7781;
  --ready: #116329; --failed: #a40e26; --link: #0550ae; --build: #6639ba; --apply: #0550ae; --schedule: #57606a;
  --pull: #7d4e00; --start: #0969da; --wait: #116329; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --quiet: #9ea7b3; --box: #161b22;
  --line: #8b949e; --ready: #56d364; --failed: #ff7b72; --link: #79c0ff; --build: #d2a8ff; --apply: #79c0ff;
  --schedule: #9ea7b3; --pull: #e3b341; --start: #58a6ff; --wait: #56d364; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0; display: inline; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
a { color: var(--link); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--box); padding: .75rem; white-space: pre-wrap; margin: .25rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.wide { overflow-x: auto; }
.quiet { color: var(--quiet); }
.verdict { font-weight: 600; white-space: nowrap; }
.ready { color: var(--ready); }
.failed { color: var(--failed); }
details { border-top: 1px solid var(--line); padding: .75rem 0; }
summary { cursor: pointer; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--text); }
svg .quiet { fill: var(--quiet); }
svg .box { fill: var(--box); stroke: var(--line); }
svg .box.ready { stroke: var(--ready); }
svg .box.failed { stroke: var(--failed); }
svg .arrow { stroke: var(--line); fill: none; }
svg .tip { fill: var(--line); }
svg .mono { font-family: ui-monospace, monospace; }
svg .axis { stroke: var(--line); }
svg .build { fill: var(--build); } svg .apply { fill: var(--apply); } svg .schedule { fill: var(--schedule); }
svg .pull { fill: var(--pull); } svg .start { fill: var(--start); } svg .wait { fill: var(--wait); }
svg .bar.ready { fill: var(--ready); } svg .bar.failed { fill: var(--failed); }
.chain { max-width: 24rem; }
.picture { max-width: 30rem; }
@media (min-width: 52rem) { .columns { display: grid; grid-template-columns: 24rem 1fr; gap: 2.5rem; } }
.columns > * { min-width: 0; }
footer { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: .75rem; }
`);
