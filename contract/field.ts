import { z } from "zod";

import { isPinned, isReference, isRepository, PINNED_FORM } from "./image-reference.ts";
import { OBJECT_NAME } from "./names.ts";
import type { Forms, ValueOf } from "./forms.ts";
import { VERDICT } from "./verdict.ts";

/** The value that a shape describes; it keeps the shape's doc comments, which an inferred schema would lose. */
export type Of<Shape extends z.ZodRawShape> = Readonly<z.infer<z.ZodObject<Shape>>>;

/**
 * The shape of a type: a schema for each of its keys, and for no other. A key that is optional in the type may be
 * optional in the shape; the other way round, the parsed value does not fit the type.
 */
export type ShapeOf<T> = {
  readonly [Key in keyof T]-?: Pick<T, Key> extends Required<Pick<T, Key>>
    ? z.ZodType<T[Key]>
    : z.ZodExactOptional<z.ZodType<Exclude<T[Key], undefined>>>;
};

/** A string that is not empty. */
export const word = z.string().min(1);

/** Strings by key. */
export const texts = z.record(z.string(), z.string()).readonly();

/** A Kubernetes object's name. */
export const name = text(
  OBJECT_NAME,
  "a Kubernetes object's name: lower-case letters, digits, - and .",
);

/** An image by its digest. */
export const pinned = z.string(`must be ${PINNED_FORM}`).refine(isPinned, `must be ${PINNED_FORM}`);

/** A repository of images, without tag and digest. */
export const repository = z.string().refine(isRepository, "must be a repository of images");

/** An image by its digest or by a tag. */
export const reference = z
  .string()
  .refine(isReference, `must be ${PINNED_FORM}, or repository:tag`);

/** A number of things of which there is at least one. */
export const count = wholeNumber(1);

/** A number of things of which there may be none. */
export const amount = wholeNumber(0);

/** A choice between two. */
export const flag = z.boolean("must be true or false");

/** A string of this form. */
export function text(pattern: RegExp, allowed: string) {
  return z.string(`must be ${allowed}`).regex(pattern, `must be ${allowed}`);
}

function wholeNumber(least: 0 | 1) {
  return z
    .number("must be a number")
    .int("must be a whole number")
    .min(least, `must be at least ${least}`);
}

/** How a dialect says what settings look like. */
interface Dialect {
  number(from: number, to: number, remedy?: string): z.ZodType<number>;
  choice(whether: string): z.ZodType<boolean>;
  group(shape: z.ZodRawShape): z.ZodType;
}

type SettingsShape<Settings> = {
  readonly [Key in keyof Settings]: z.ZodExactOptional<z.ZodType<ValueOf<Settings[Key]>>>;
};

/** Settings as a shape, each of them optional. */
export function shapeOf<Settings extends Forms>(
  settings: Settings,
  dialect: Dialect,
): SettingsShape<Settings> {
  const fields = Object.entries(settings).map(([key, form]) => {
    return [key, schemaOf(form, dialect).exactOptional()];
  });
  return Object.fromEntries(fields) as SettingsShape<Settings>;
}

function schemaOf(form: Forms[string], dialect: Dialect): z.ZodType {
  if ("whether" in form) {
    return dialect.choice(`whether ${form.whether}`);
  }
  return "from" in form
    ? dialect.number(form.from, form.to, form.remedy)
    : dialect.group(shapeOf(form.each, dialect));
}

/** The verdict's settings of a resource: within wider limits than a service's. */
export const verdictShape = shapeOf(VERDICT, {
  number: (from) => (from > 0 ? count : amount),
  choice: () => flag,
  group: (shape) => z.strictObject(shape),
});
