/** Others' text as Markdown's code, on one line: nothing in it is Markdown, HTML, a link or a mention. */
export function code(text: string): string {
  const line = text.replaceAll(/[\r\n\t]+/g, " ") || " ";
  const longest = longestFence(line);
  if (longest === 0) {
    return `\`${line}\``;
  }
  const fence = "`".repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}

/** Code in a table's cell, where a bar would end the cell; a backslash before it would give the bar back its meaning. */
export function cell(text: string): string {
  return code(text.replaceAll(/\\(?=\|)/g, "\\ ")).replaceAll("|", "\\|");
}

/** A word of a few that are known, as prose; anything else as code in a cell. */
export function word(text: string): string {
  return /^[A-Za-z0-9]+$/.test(text) ? text : cell(text);
}

/** Lines of others as a block of code, which none of them ends. */
export function fenced(text: string): string[] {
  const fence = "`".repeat(Math.max(3, longestFence(text) + 1));
  return [fence, ...text.split("\n"), fence];
}

function longestFence(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
}
