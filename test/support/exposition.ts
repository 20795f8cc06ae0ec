/** One sample of a Prometheus text exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|[+-]Inf|NaN)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const UNESCAPED: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/**
 * Reads Prometheus' text format 0.0.4 strictly.
 *
 * @throws {Error} at the first line that is not in the format, that has no family above it, or comes twice.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseExposition(text: string): readonly Sample[] {
  if (!text.endsWith("\n")) {
    throw new Error("the last line must end with a line feed");
  }
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# ")) {
      const [, , name = "", type = ""] = line.split(" ");
      if (line.startsWith("# TYPE ")) {
        if (seen.has(`# ${name}`)) {
          throw new Error(`a second family ${name}`);
        }
        seen.add(`# ${name}`);
        family = type === "histogram" ? `${name}(_bucket|_sum|_count)` : name;
      }
      continue;
    }
    const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
    if (!new RegExp(`^${family}$`).test(name)) {
      throw new Error(`not a sample of ${family}: ${line}`);
    }
    const sample = { name, labels: parseLabels(labels), value: Number(value) };
    const series = JSON.stringify([name, sample.labels]);
    if (seen.has(series)) {
      throw new Error(`a second sample of ${series}`);
    }
    seen.add(series);
    samples.push(sample);
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new Error(`not a label: ${text.slice(at)}`);
    }
    labels[name] = value.replace(/\\./g, (escape) => UNESCAPED[escape] ?? escape);
  }
  return labels;
}
