import type { ReleaseRecord } from "../../contract/release-record.ts";
import { migrationWords } from "../migrations.ts";
import { handOffLines } from "../handed-off.ts";
import { gateWords } from "../passed-gates.ts";
import { warningsOf } from "../warnings.ts";
import { commitName, sameImageWords, setWords } from "../words.ts";
import { chainPicture } from "./chain-picture.ts";
import { evidenceSection } from "./evidence-section.ts";
import { historyPicture } from "./history-picture.ts";
import { dataTable, type Html, html } from "./html.ts";
import type { ReleaseReport, ServiceReport } from "./report.ts";
import { STYLE } from "./style.ts";
import { seconds, timelinePicture } from "./timeline-picture.ts";

/** With more services than this, those that are ready are folded. */
const MOST_OPEN = 3;

/** The report as one page that needs no script, no network and no other file. */
export function reportPage({ project, stack, verdict, services, handOff }: ReleaseReport): string {
  const title = `${project}/${stack}: ${verdict}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <h1>Releases of ${project}/${stack}</h1>
          <p>${verdictWords(verdict)} ${countWords(services)}</p>
        </header>
        <main>
          ${handOffPart(handOff)} ${services.length > 1 && overview(services)}
          ${services.map((service) => section(service, services.length <= MOST_OPEN))}
          ${services.length === 0 && html`<p>The stack has no releases yet.</p>`}
        </main>
        <footer><p class="quiet">Made from the stack's outputs. Times are UTC.</p></footer>
      </body>
    </html> `;
  return page.text;
}

function verdictWords(verdict: ReleaseRecord["verdict"]): Html {
  return html`<span class="verdict ${verdict}"
    >${verdict === "ready" ? "✓ ready" : "✗ failed"}</span
  >`;
}

function countWords(services: readonly ServiceReport[]): string {
  const failed = services.filter(({ release }) => release.verdict === "failed").length;
  const all = `${services.length} ${services.length === 1 ? "service" : "services"}`;
  return failed === 0 ? all : `${failed} of ${all}`;
}

function overview(services: readonly ServiceReport[]): Html {
  const rows = services.map(({ name, release }) => [
    html`<a href="#${anchor(name)}">${name}</a>`,
    html`${verdictWords(release.verdict)} ${release.reason}`,
    html`<code>${commitName(release.commit)}</code>`,
    seconds(release.seconds),
  ]);
  return html`<nav aria-label="Services">
    ${dataTable("Overview", ["Service", "Verdict", "Commit", "Took"], rows)}
  </nav>`;
}

function section({ name, release, timeline, history }: ServiceReport, open: boolean): Html {
  const { verdict, startedAt } = release;
  const began = `${startedAt.slice(0, 10)} ${startedAt.slice(11, 19)}`;
  return html`<section id="${anchor(name)}" aria-label="${name}">
    <details ${(open || verdict === "failed") && "open"}>
      <summary>
        <h2>${name}</h2>
        ${verdictWords(verdict)}
        <span class="quiet">${began}, after ${seconds(release.seconds)}</span>
      </summary>
      <div class="columns ${verdict}">
        <div class="chain">
          <h3>Chain</h3>
          ${chainPicture(name, release)}
        </div>
        ${
          release.evidence !== null &&
          html`<div class="found">
            ${evidenceSection(release.evidence)} ${runningPart(release)}
          </div>`
        }
        <div class="time">
          ${warningsPart(release)} ${migrationPart(release)}
          <h3>Timeline</h3>
          ${timelinePicture(name, timeline)}
          ${
            history.length > 1 &&
            html`<h3>The last ${Math.min(history.length, 20)} releases</h3>
              ${historyPicture(name, history)}`
          }
        </div>
        <div class="identity">
          <h3>Identity</h3>
          ${identityPart(release)}
        </div>
      </div>
    </details>
  </section>`;
}

function handOffPart(handOff: ReleaseReport["handOff"]): Html | false {
  const lines = handOffLines(handOff);
  return (
    lines.length > 0 &&
    html`<section aria-label="Hand-off">
      <h2>Hand-off</h2>
      <ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>
    </section>`
  );
}

function warningsPart(release: ReleaseRecord): Html | false {
  const warnings = warningsOf(release);
  return (
    warnings.length > 0 &&
    html`<h3>Warnings</h3>
      <ul>
        ${warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>`
  );
}

function migrationPart(release: ReleaseRecord): Html | false {
  const words = migrationWords(release);
  const { log = [] } = release.migration ?? {};
  return (
    words !== undefined &&
    html`<h3>Migration</h3>
      <p>${words}</p>
      ${log.length > 0 && release.evidence === null && html`<pre>${log.join("\n")}</pre>`}`
  );
}

function identityPart(release: ReleaseRecord): Html {
  const { image, manifestHash, commit, dirty, namespace } = release;
  const { allow = [], patched = [], podSecurity, gates = [], waived = [] } = release;
  return html`<dl>
    <dt>Image</dt>
    <dd><code>${image}</code></dd>
    <dt>Manifests</dt>
    <dd><code>${manifestHash}</code></dd>
    <dt>Commit</dt>
    <dd><code>${commit ?? "not in git"}</code>${dirty && ", with changes that are not in it"}</dd>
    <dt>Namespace</dt>
    <dd><code>${namespace}</code></dd>
    ${entry("Group", groupWords(release))}
    ${entry("Handed off with", release.handOff ? [release.handOff.revision] : [])}
    ${entry("Pod Security", podSecurity === undefined ? [] : [podSecurity])}
    ${entry("Allowed", allow)} ${entry("Patched", patched)}
    ${entry(
      "Gates",
      gates.map((gate) => gateWords(gate)),
    )}
    ${entry("Waived", waived)}
  </dl>`;
}

/** The group of a release with its set and its verdict. */
function groupWords({ group }: ReleaseRecord): string[] {
  if (group === undefined) {
    return [];
  }
  const { members, verdict, failed } = group;
  const why = failed === null ? "" : `: ${failed.member} has failed with ${failed.reason}`;
  return [setWords({ group }), members.join(" → "), `${verdict}${why}`];
}

/** An entry of a list, none without a value. */
function entry(term: string, values: readonly string[]): Html | false {
  return (
    values.length > 0 &&
    html`<dt>${term}</dt>
      ${values.map((value) => html`<dd><code>${value}</code></dd>`)}`
  );
}

function runningPart(release: ReleaseRecord): Html | false {
  const { running } = release;
  if (running === null) {
    return false;
  }
  const { commit, digest, verdict, reason } = running;
  return html`<h3>What runs instead</h3>
    <p>
      ${verdictWords(verdict)}${reason !== null && ` (${reason})`} The previous release, restored:
      commit
      <code>${commitName(commit)}</code>,
      ${sameImageWords(running, release) ?? html`image <code>${digest}</code>`}.
    </p>`;
}

function anchor(name: string): string {
  return `service-${name}`;
}
