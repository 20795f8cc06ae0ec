/**
 * The variables that Kubernetes would put into a container's text: `$(NAME)`, unless the `$` is doubled.
 *
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function references(text: string): string[] {
  const names: string[] = [];
  const last = text.lastIndexOf(")");
  let at = text.indexOf("$");
  while (at >= 0 && at < last) {
    if (text[at + 1] === "(") {
      const end = text.indexOf(")", at);
      names.push(text.slice(at + 2, end));
      at = text.indexOf("$", end);
    } else {
      at = text.indexOf("$", at + 2);
    }
  }
  return names;
}

/**
 * The way from a variable back to itself, undefined if there is none.
 *
 * @param textOf the text in which a variable refers to others; undefined for one that does not
 */
export function circleFrom(
  variable: string,
  textOf: (name: string) => string | undefined,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const search = (name: string, path: readonly string[]): readonly string[] | undefined => {
    for (const needed of references(textOf(name) ?? "")) {
      if (needed === variable) {
        return [...path, needed];
      }
      if (!seen.has(needed)) {
        seen.add(needed);
        const found = search(needed, [...path, needed]);
        if (found !== undefined) {
          return found;
        }
      }
    }
    return undefined;
  };
  return search(variable, [variable]);
}

/** The text for which Kubernetes gives a container exactly this one; one in which it sees nothing special stays as it is. */
export function escaped(text: string): string {
  return text.replaceAll(/\$+\(?/g, (found) =>
    found === "$" ? found : found.replaceAll("$", "$$$$"),
  );
}
