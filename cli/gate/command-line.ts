import { masked } from "../../mask/mask.ts";
import { MASK } from "../../mask/redaction.ts";

/** What stands for the image in a command. */
export const IMAGE = "{image}";

/** Variables whose values are secrets, as their names say. */
const SECRET = /PASS(?:WORD|PHRASE)?$|TOKEN$|SECRET|CREDENTIAL|(?:^|_)KEY$|_AUTH$/i;

/** A value that is shorter would be found in words that have nothing to do with it. */
const SHORTEST = 6;

/** A command with the image in each place that asks for it, also within an argument. */
export function withImage(command: readonly string[], image: string): string[] {
  return command.map((word) => word.replaceAll(IMAGE, image));
}

/** A command as it may be published: without the values of variables that are secrets, and without what looks like one. */
export function publishable(
  command: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const secrets = Object.entries(variables)
    .filter(([name, value = ""]) => SECRET.test(name) && value.length >= SHORTEST)
    .map(([, value = ""]) => value)
    .sort((one, other) => other.length - one.length);
  // Quotes within a secret would hide it.
  const words = command.map((word) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, MASK), word),
  );
  return masked(words.map(quoted).join(" "));
}

function quoted(word: string): string {
  return /^(?:[\w@%+=:,./{}-]|\*\*\*)+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
