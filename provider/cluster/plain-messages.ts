import { plain } from "../../mask/plain.ts";

/** Fields in which controllers, the kubelet and programs write sentences. */
const SENTENCES: ReadonlySet<string> = new Set(["message", "reason", "note"]);

/** An answer of the API server whose sentences have no control characters, at whatever depth. It is changed in place. */
export function withPlainMessages<T>(answer: T): T {
  if (typeof answer === "object" && answer !== null) {
    const fields = answer as Record<string, unknown>;
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value !== "string") {
        withPlainMessages(value);
      } else if (SENTENCES.has(name)) {
        fields[name] = plain(value);
      }
    }
  }
  return answer;
}
