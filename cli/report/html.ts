/** A string that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Builds HTML from a template: every part that is not HTML already is escaped. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(fixed.map((text, index) => text + textOf(parts[index])).join(""));
}

/** A table that scrolls by itself if the page is narrow. */
export function dataTable(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly Part[])[],
): Html {
  return html`<div class="wide" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function textOf(part: Part): string {
  if (part instanceof Html) {
    return part.text;
  }
  if (part === null || part === undefined || part === false) {
    return "";
  }
  if (typeof part === "object") {
    return part.map(textOf).join("");
  }
  return escape(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** It also removes what HTML does not allow, and a terminal would run as a command. */
function escape(text: string): string {
  return text
    .replaceAll(/[\0-\x08\v\f\x0e-\x1f\x7f]/g, "")
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
