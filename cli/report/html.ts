/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Builds HTML from a template: whatever is put into it and is not HTML already is escaped. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(fixed.map((text, index) => text + textOf(parts[index])).join(""));
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

/** Also what a terminal would take for a command, and HTML does not allow, is taken out. */
function escape(text: string): string {
  return text
    .replaceAll(/[\0-\x08\v\f\x0e-\x1f\x7f]/g, "")
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
