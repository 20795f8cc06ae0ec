import { type Html, html } from "./html.ts";
import type { Span } from "./timeline.ts";

const WIDTH = 360;
const ROW = 50;
const MOST_ROWS = 20;

const CLASSES: Readonly<Record<Span["part"], string>> = {
  "build and push": "build",
  apply: "apply",
  schedule: "schedule",
  pull: "pull",
  start: "start",
  ready: "wait",
  "pods stay ready": "settle",
  verdict: "wait",
};

interface Row {
  readonly title: string;
  /** Its parts in words. */
  readonly detail: string;
  readonly spans: readonly Span[];
}

/** The timeline of one release as a picture, with the same in words beside it for those who cannot see it. */
export function timelinePicture(name: string, spans: readonly Span[]): Html {
  const rows = rowsOf(spans);
  const shown = rows.slice(0, MOST_ROWS);
  const from = Math.min(...spans.map(({ from }) => Date.parse(from)));
  const to = Math.max(...spans.map(({ to }) => Date.parse(to)), from + 1);
  const scale = (WIDTH - 2) / (to - from);
  const height = shown.length * ROW + 20;
  return html`<svg
      class="picture"
      viewBox="0 0 ${WIDTH} ${height}"
      role="img"
      aria-label="Timeline of ${name}: ${inWords(rows)}"
    >
      ${shown.map((one, index) => row(one, index * ROW, from, scale))}
      <path class="axis" d="M0 ${shown.length * ROW + 2}h${WIDTH}" />
      <text class="quiet" x="0" y="${height - 4}">0 s</text>
      <text class="quiet" x="${WIDTH}" y="${height - 4}" text-anchor="end">
        ${seconds((to - from) / 1000)}
      </text>
    </svg>
    ${rows.length > shown.length && html`<p class="quiet">and ${rows.length - shown.length} more pods</p>`}`;
}

function row({ title, detail, spans }: Row, top: number, from: number, scale: number): Html {
  return html`<text x="0" y="${top + 13}">${title}</text>
    <text class="quiet" x="0" y="${top + 28}">${detail}</text>
    ${spans.map((span) => {
      const x = 1 + (Date.parse(span.from) - from) * scale;
      const width = Math.max(1.5, (Date.parse(span.to) - Date.parse(span.from)) * scale);
      return html`<rect
        class="${CLASSES[span.part]}"
        x="${round(x)}"
        y="${top + 33}"
        width="${round(width)}"
        height="10"
        ><title>${partWords(span)}</title></rect
      >`;
    })}`;
}

/** A row for each pod, and for each part of the whole release, in their order. */
function rowsOf(spans: readonly Span[]): Row[] {
  return [...new Set(spans.map(titleOf))].map((title) => {
    const own = spans.filter((span) => titleOf(span) === title);
    const detail = own.map((span) => (span.pod === null ? lengthWords(span) : partWords(span)));
    return { title, detail: detail.join(", "), spans: own };
  });
}

function titleOf({ pod, part }: Span): string {
  return pod === null ? part : `pod ${pod}`;
}

function inWords(rows: readonly Row[]): string {
  return rows.map(({ title, detail }) => `${title} ${detail}`).join("; ");
}

/** A part and how long it took. */
export function partWords(span: Span): string {
  return `${span.part} ${lengthWords(span)}`;
}

/** Most times are exact only to a second. */
function lengthWords({ seconds: length }: Span): string {
  return length === 0 ? "under 1 s" : seconds(length);
}

/** Seconds with one digit after the point, or none from ten on. */
export function seconds(value: number): string {
  return `${value < 10 ? round(value) : Math.round(value)} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
