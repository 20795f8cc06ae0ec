import type { ReleaseRecord } from "../../contract/release-record.ts";
import { commitName, shortened } from "../words.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 360;
const HEIGHT = 50;
const GAP = 26;
const MOST_PODS = 8;
const LETTERS = 46;

interface Link {
  readonly title: string;
  readonly text: string;
  readonly state?: ReleaseRecord["verdict"];
}

/** The chain of one release as a picture: commit, image, manifests, pods. Narrow, so that a phone shows it in full size. */
export function chainPicture(name: string, release: ReleaseRecord): Html {
  const links = linksOf(release);
  const height = links.length * (HEIGHT + GAP) - GAP + 2;
  const label = `Chain of ${name}: ${links.map(({ title, text }) => `${title} ${text}`).join(", then ")}`;
  return html`<svg class="chain" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${links.map((link, index) => box(link, index, links.length))}
  </svg>`;
}

function box({ title, text, state }: Link, index: number, count: number): Html {
  const top = 1 + index * (HEIGHT + GAP);
  const foot = top + HEIGHT;
  return html`<rect
      class="box ${state ?? ""}"
      x="1"
      y="${top}"
      width="${WIDTH - 2}"
      height="${HEIGHT}"
      rx="6"
    />
    <text class="quiet" x="12" y="${top + 19}">${title}</text>
    <text class="mono" x="12" y="${top + 38}">${shortened(text, LETTERS)}</text>
    ${
      index < count - 1 &&
      html`<path class="arrow" d="M${WIDTH / 2} ${foot}v${GAP - 6}" />
        <path class="tip" d="M${WIDTH / 2 - 4} ${foot + GAP - 7}h8l-4 6z" />`
    }`;
}

function linksOf({
  commit,
  dirty,
  digest,
  manifestHash,
  pods,
  otherPods = 0,
  verdict,
  reason,
}: ReleaseRecord): Link[] {
  const count = pods.length + otherPods;
  const names = pods.slice(0, MOST_PODS).map(({ name }) => lastPart(name));
  const more = count > MOST_PODS ? ` and ${count - MOST_PODS} more` : "";
  return [
    {
      title: dirty ? "commit, and changes that are not in it" : "commit",
      text: commitName(commit),
    },
    { title: "image", text: digest.slice(0, 31) },
    { title: "manifests", text: manifestHash.slice(0, 31) },
    {
      title: `${count} ${count === 1 ? "pod" : "pods"}`,
      text: names.join(" ") + more || "none",
    },
    { title: "verdict", text: reason === null ? verdict : `${verdict}: ${reason}`, state: verdict },
  ];
}

/** The pods of one release differ in the last part of their names only. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("-"));
}
