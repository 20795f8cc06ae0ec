import { z } from "zod";

import * as field from "../fields.ts";

/** The key of a label or an annotation. */
export const MARK_KEY =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** The value of a label. */
export const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Prefixes of what Slipway, Pulumi and the recommended labels write themselves. */
const OWN =
  /^(pulumi\.com\/|slipway\/|app\.kubernetes\.io\/(name|instance|part-of|version|managed-by)$)/;

const key = field.text(
  MARK_KEY,
  "a key such as example.com/name: letters, digits, hyphens, underscores and dots",
);

/** Annotations that an object gets beside Slipway's own. */
export const annotations = othersThanOwn(
  field.named(key, field.scalar, "a mapping of annotations to strings"),
);

/** Labels by which pods are known. */
export const selector = field.named(
  key,
  field.scalar.pipe(
    z.string().regex(LABEL_VALUE, {
      error: "allowed: up to 63 letters, digits, hyphens, underscores and dots",
    }),
  ),
  "a mapping of labels to strings",
);

/** Labels that an object gets beside Slipway's own. */
export const labels = othersThanOwn(selector);

function othersThanOwn<Marks extends z.ZodType<Record<string, string>>>(marks: Marks) {
  return marks.superRefine((value, context) => {
    for (const name of Object.keys(value).filter((each) => OWN.test(each))) {
      const message = "is Slipway's own; allowed: others; remove it";
      context.addIssue({ code: "custom", message, path: [name] });
    }
  });
}
