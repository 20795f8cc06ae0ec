import type { HistoryEntry } from "../../contract/release-record.ts";
import { commitName } from "../words.ts";
import { type Html, html } from "./html.ts";
import { seconds } from "./timeline-picture.ts";

const WIDTH = 360;
const HEIGHT = 60;
const MOST = 20;

/** How long the last releases took to their verdicts, oldest first; a failed one is marked by more than its colour. */
export function historyPicture(name: string, history: readonly HistoryEntry[]): Html {
  const entries = history.slice(0, MOST).reverse();
  const longest = Math.max(...entries.map((entry) => entry.seconds), 0.1);
  const step = WIDTH / MOST;
  const words = entries.map(entryWords).join(", ");
  return html`<svg
    class="picture"
    viewBox="0 0 ${WIDTH} ${HEIGHT + 20}"
    role="img"
    aria-label="Seconds to the verdict of the last ${entries.length} releases of ${name}, oldest first: ${words}"
  >
    ${entries.map((entry, index) => {
      const height = Math.max(2, Math.round((entry.seconds / longest) * (HEIGHT - 14)));
      const x = index * step;
      return html`<rect
          class="bar ${entry.verdict}"
          x="${x}"
          y="${HEIGHT - height}"
          width="${step - 4}"
          height="${height}"
          ><title>${entryWords(entry)}</title></rect
        >
        ${entry.verdict === "failed" && html`<text x="${x + (step - 4) / 2}" y="${HEIGHT - height - 3}" text-anchor="middle">×</text>`}`;
    })}
    <path class="axis" d="M0 ${HEIGHT + 1}h${WIDTH}" />
    <text class="quiet" x="0" y="${HEIGHT + 16}">the longest ${seconds(longest)}; × failed</text>
  </svg>`;
}

function entryWords(entry: HistoryEntry): string {
  return `${commitName(entry.commit)} ${entry.reason ?? entry.verdict} after ${seconds(entry.seconds)}`;
}
