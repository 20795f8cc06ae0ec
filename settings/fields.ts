import { z } from "zod";

import { isPinned, PINNED_ALLOWED, PINNED_FORM } from "../contract/image-reference.ts";
import { LABEL, OBJECT_NAME } from "../contract/names.ts";
import { parseQuantity } from "../contract/quantity.ts";
import { got } from "./fault.ts";
import { unusable } from "./look.ts";
import { absolute, expand, type Surroundings } from "./surroundings.ts";

const MEBIBYTE = 2 ** 20;
const MANY_CORES = 100;

const say = (allowed: string) => ({ error: `allowed: ${allowed}` });

/** A mapping with exactly these keys. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape, what: string) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? Object.keys(shape).join(", ") : `allowed: ${what}`,
  });
}

/** A mapping whose keys are names that the user chooses. */
export function named<Value extends z.ZodType>(key: z.ZodString, value: Value, what: string) {
  return z.record(key, value, say(what));
}

/** A list of such items. */
export function list<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(item, say(what));
}

/** A string of a certain form. */
export function text(form: RegExp, what: string) {
  return z.string(say(what)).regex(form, say(what));
}

/** A whole number from `from` to `to`. */
export function wholeNumber(from: number, to: number, remedy = "") {
  const allowed = say(`a whole number from ${from} to ${to}${remedy && `; ${remedy}`}`);
  return z.int(allowed).min(from, allowed).max(to, allowed);
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return z.enum(words, say(words.join(", ")));
}

/** A truth value that decides what `what` says. */
export function choice(what: string) {
  return z.boolean(say(`true or false; ${what}`));
}

/** A string in which `${NAME}` stands for an environment variable. */
export function expanded(surroundings: Surroundings, what: string) {
  return z
    .string(say(what))
    .min(1, say(what))
    .transform((value, context) => withVariables(value, surroundings, context));
}

/** A scalar in which `${NAME}` stands for an environment variable; unlike a path it may be empty. */
export function expandedScalar(surroundings: Surroundings) {
  return argument.transform((value, context) => withVariables(value, surroundings, context));
}

/** An image that is named by its digest. */
export function pinnedImage(surroundings: Surroundings) {
  return expanded(surroundings, PINNED_FORM).pipe(pinned);
}

/** What begins with the host of a registry, in the letters by which programs log in to it and policies know it. */
export function ofRegistry(form: z.ZodString) {
  return form.check(({ value, issues }) => {
    const [host = ""] = /^[^/]*/.exec(value) ?? [];
    const lower = host.toLowerCase() + value.slice(host.length);
    if (lower !== value && issues.length === 0) {
      const message = `allowed: a registry in lower case; write ${lower}`;
      issues.push({ code: "custom", input: value, message });
    }
  });
}

/** The same without variables in it. */
export const pinned = ofRegistry(
  z.string().refine(isPinned, { error: PINNED_ALLOWED, abort: true }),
);

function withVariables(
  value: string,
  surroundings: Surroundings,
  context: z.RefinementCtx,
): string {
  const result = expand(value, surroundings);
  if ("text" in result) {
    return result.text;
  }
  const names = result.unset.join(", ");
  const variables = result.unset.length === 1 ? `variable ${names} is` : `variables ${names} are`;
  const remedy = `the environment ${variables} not set; set it, or write the value here`;
  context.addIssue({ code: "custom", message: got(value, remedy) });
  return z.NEVER;
}

/** The absolute path of something that exists and may be read. */
export function path(surroundings: Surroundings, kind: "file" | "folder", what: string) {
  return expanded(surroundings, what).transform((value, context) => {
    const result = absolute(value, surroundings);
    const reason = unusable(result, kind);
    if (reason === undefined) {
      return result;
    }
    context.addIssue({ code: "custom", message: got(value, `${reason}; allowed: ${what}`) });
    return z.NEVER;
  });
}

/** A quantity of CPU or memory, as Kubernetes writes it. */
export function quantity(example: string) {
  const allowed = `a quantity above 0 such as ${example}`;
  return z
    .union([z.string(), z.number()], say(allowed))
    .refine((value) => (parseQuantity(String(value)) ?? 0) > 0, say(allowed))
    .transform(String);
}

/** Memory: what is less than any process needs lacks its unit, or has that of CPU. */
export function memory(example: string) {
  return quantity(example).check(({ value, issues }) => {
    if ((parseQuantity(value) ?? 0) < MEBIBYTE) {
      const meant = /^[\d.]+/.exec(value)?.[0] ?? "";
      const unit = value.endsWith("m") ? " (m is a thousandth)" : "";
      const message = `allowed: at least 1Mi, and this is less${unit}; write ${meant}Mi or ${meant}Gi`;
      issues.push({ code: "custom", input: value, message });
    }
  });
}

/** CPU of one pod: a hundred without a unit are hundred cores, and thousandths are meant. */
export function cpu(example: string) {
  return quantity(example).check(({ value, issues }) => {
    if (/^[\d.]+$/.test(value) && Number(value) >= MANY_CORES) {
      const message = `allowed: less than ${MANY_CORES} cores, or thousandths of one with the unit m; write ${value}m, or ${Number(value) * 1000}m if so many cores are meant`;
      issues.push({ code: "custom", input: value, message });
    }
  });
}

const HOST =
  /^(?=.{1,253}$)(\*\.)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;

/** A name that Kubernetes accepts for everything: also for a Service, and as the value of a label. */
export const label = text(
  LABEL,
  "1 to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen",
);
/** The name of an object that exists already. */
export const objectName = text(
  OBJECT_NAME,
  "the name of a Kubernetes object: lower-case letters, digits, hyphens and dots",
);
/** The name of a host, with a wildcard in front at most. */
export const host = text(
  HOST,
  "a host name such as shop.example.com, without scheme, port and path",
);
/** The path of a URL. */
export const urlPath = text(
  /^\/[^\s?#]*$/,
  "a path such as /healthz, which begins with / and has no query (?), no fragment (#) and no space",
);
/** An absolute path in a container. */
export const filePath = text(
  /^(\/(?!\.{1,2}(\/|$))[^/\s:\0]+)+$/,
  "an absolute path inside the container such as /etc/shop/config.yaml",
);
/** The name of an environment variable. */
export const variableName = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "the name of an environment variable: letters, digits and underscores, not beginning with a digit",
);
/** A key of a Secret's data. */
export const dataKey = text(
  /^[-._a-zA-Z0-9]{1,253}$/,
  "a key of the Secret: letters, digits, hyphens, underscores and dots",
);
/** A string that may be written in YAML as a number or a truth value. */
export const scalar = z
  .union([z.string(), z.number(), z.boolean()], say("a string, a number, true or false"))
  .transform(String);
/** A scalar that a process gets. */
export const argument = scalar.refine((text) => !text.includes("\0"), {
  error: "allowed: a string without NUL, which no process can get",
});
/** A port number. */
export const port = wholeNumber(1, 65535, "use the port that the container listens on");
