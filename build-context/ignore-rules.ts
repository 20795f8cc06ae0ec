import { posix } from "node:path";

/** What a `.dockerignore` excludes from a build context, by the rules of the builder. */
export interface IgnoreRules {
  /** Whether a path of the context, without a leading slash, is excluded. */
  readonly ignores: (path: string) => boolean;
  /** Whether a rule includes files again, which may reach into any excluded folder. */
  readonly includesAgain: boolean;
}

interface Rule {
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * Reads a `.dockerignore` as Docker's builders do. Libraries read it like a `.gitignore`, or treat more
 * characters as wildcards than the builder.
 *
 * @throws Error naming a pattern that the builder refuses
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function ignoreRules(text: string): IgnoreRules {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const rules = lines.filter((line) => !line.startsWith("#")).flatMap(ruleOf);
  return {
    ignores: (path) => {
      const places = withParents(path);
      // The last rule that says anything of the path or of a folder above it is right.
      const said = rules.findLast(({ matches }) => places.some(matches));
      return said !== undefined && !said.isException;
    },
    includesAgain: rules.some(({ isException }) => isException),
  };
}

function ruleOf(line: string): Rule[] {
  const written = trimmed(line);
  const form = cleaned(trimmed(cleaned(written)));
  if (form === "") {
    return [];
  }
  const isException = form.startsWith("!");
  const pattern = isException ? cleaned(form.slice(1)) : form;
  try {
    if (pattern === "") {
      throw new Error("nothing follows the !");
    }
    return [{ isException, matches: matcherOf(pattern) }];
  } catch (error) {
    throw new Error(`${JSON.stringify(written)}: ${(error as Error).message}`, { cause: error });
  }
}

/** What Unicode calls white space, which is not what JavaScript calls it. */
function trimmed(text: string): string {
  return text.replaceAll(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** Without `.`, `..`, doubled slashes, and slashes at either end; what follows a `!` is a path of its own. */
function cleaned(pattern: string): string {
  if (pattern.startsWith("!")) {
    return `!${cleaned(trimmed(pattern.slice(1)))}`;
  }
  return pattern === "" ? "" : posix.normalize(pattern).replaceAll(/^\/|\/$/g, "");
}

/** A path after the folders that it lies in. */
function withParents(path: string): string[] {
  const steps = path.split("/");
  return steps.map((_, index) => steps.slice(0, index + 1).join("/"));
}

/** The pattern's parts: `**` with the slash behind it, an escaped character, a number of times, or a character. */
const PARTS = /\*\*\/?|\\[^]|\{\d+(?:,\d*)?\}|[^]/gu;
const PLAIN = /^[^*?\\[\]]+$/u;
/** A class, an escaped character, or any other; what is none of them ends in the middle. */
const MEMBER = String.raw`(?:\\[^]|[^\\\]\-])`;
const VALID = new RegExp(
  String.raw`^(?:\[(?:\^|(?!\^))(?:${MEMBER}(?:-${MEMBER})?)+\]|\\[^]|[^\\[])*$`,
  "u",
);

const NAMED_CLASS = /\[[^\]]*\[:/;

/** @throws Error if the builder finds the pattern malformed */
function matcherOf(pattern: string): Rule["matches"] {
  if (!VALID.test(pattern)) {
    throw new Error("a [ or a \\ is not complete");
  }
  if (NAMED_CLASS.test(pattern)) {
    throw new Error("a class with a name; write its characters");
  }
  const parts = pattern.match(PARTS) ?? [];
  const isPlain = (list: readonly string[]): boolean => list.every((part) => PLAIN.test(part));
  if (isPlain(parts)) {
    return (path) => path === pattern;
  }
  if (isWild(parts[0]) && isPlain(parts.slice(1))) {
    const end = pattern.slice("**".length);
    return (path) => path.endsWith(end) || `/${path}` === end;
  }
  if (isWild(parts.at(-1)) && isPlain(parts.slice(0, -1))) {
    const start = pattern.slice(0, -"**".length);
    return (path) => path.startsWith(start);
  }
  // A number of times in braces may come first: for the builder it is of the beginning.
  const expression = new RegExp(`(?:^)${expressionOf(parts)}$`, "u");
  return (path) => expression.test(path);
}

function isWild(part: string | undefined): boolean {
  return part?.startsWith("**") === true;
}

/**
 * The regular expression that the builder makes of a pattern that is one, with its oddities: a wildcard inside a class is one,
 * too, and neither `|` nor a number of times in braces is text.
 */
function expressionOf(parts: readonly string[]): string {
  let inClass = false;
  const expressions = parts.map((part, index) => {
    const wasInClass = inClass;
    inClass = part === "[" || (wasInClass && !["]", "*", "?"].includes(part));
    if (isWild(part)) {
      if (wasInClass) {
        return "(.*/)?";
      }
      return index === parts.length - 1 ? "[^\n]*" : "(?:[^\n]*/)?";
    }
    if (part === "*") {
      return "[^/]*";
    }
    if (part === "?") {
      return "[^/]";
    }
    if (part.startsWith("\\")) {
      return escaped(part.slice(1), wasInClass);
    }
    if (part === "]") {
      return wasInClass ? "]" : "\\]";
    }
    return /^[.+()$]$/.test(part) || (/^[{}]$/.test(part) && !wasInClass) ? `\\${part}` : part;
  });
  return expressions.join("");
}

/** An escaped letter or digit is what it is in a regular expression; all others are themselves. */
function escaped(character: string, inClass: boolean): string {
  if (/[dDwWbBfnrtv]/.test(character)) {
    return `\\${character}`;
  }
  if (/^[A-Za-z0-9\u0080-\u{10FFFF}]$/u.test(character)) {
    throw new Error(`there is no \\${character}`);
  }
  return /[\^$\\.*+?()[\]{}|/]/.test(character) || (inClass && character === "-")
    ? `\\${character}`
    : character;
}
