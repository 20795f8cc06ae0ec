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

/** The text for which Kubernetes gives a container exactly this one; one in which it sees nothing special stays as it is. */
export function escaped(text: string): string {
  return text.replaceAll(/\$+\(?/g, (found) =>
    found === "$" ? found : found.replaceAll("$", "$$$$"),
  );
}
