import { plain } from "../../mask/plain.ts";

/** What somebody declares, and is compared, or written again: it stays as it is. */
const DECLARED: ReadonlySet<string> = new Set([
  "spec",
  "data",
  "binaryData",
  "stringData",
  "annotations",
  "labels",
]);

/**
 * An answer of the API server in which the words of controllers, the kubelet and programs have no control characters, at
 * whatever depth: messages, reasons, names, images. It is changed in place.
 */
export function withPlainMessages<T>(answer: T): T {
  if (typeof answer === "object" && answer !== null) {
    const fields = answer as Record<string, unknown>;
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === "string") {
        fields[name] = plain(value);
      } else if (!DECLARED.has(name)) {
        withPlainMessages(value);
      }
    }
  }
  return answer;
}

/** An answer's object. */
export function parsed(text: string): unknown {
  return withPlainMessages(JSON.parse(text));
}

/** What a refusal says, which carries a `Status` object; undefined if it says nothing. */
export function statusMessage(text: string): string | undefined {
  try {
    const { message } = parsed(text) as { readonly message?: string };
    return message;
  } catch {
    return plain(text.slice(0, 200)) || undefined;
  }
}
