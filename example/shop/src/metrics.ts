const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Readonly<Record<string, string>>;

interface Histogram {
  /** Requests per bucket, each counted once, in the first bucket that holds it. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/**
 * The service's metrics in Prometheus' text format, version 0.0.4.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Metrics {
  static readonly contentType = "text/plain; version=0.0.4; charset=utf-8";

  private inFlight = 0;
  private readonly total = new Map<string, number>();
  private readonly durations = new Map<string, Histogram>();
  private readonly build: Labels;

  constructor(build: Labels) {
    this.build = build;
  }

  /** A request came in. Call what this returns once, when it is over. */
  begin(): (path: string, status: number) => void {
    const start = performance.now();
    this.inFlight++;
    return (path, status) => {
      this.inFlight--;
      const key = labels({ path, status: String(status) });
      this.total.set(key, (this.total.get(key) ?? 0) + 1);
      this.observe(path, (performance.now() - start) / 1000);
    };
  }

  render(): string {
    const startTime = performance.timeOrigin / 1000;
    return [
      ...family("build_info", "gauge", "What is running; always 1.", [[labels(this.build), 1]]),
      ...family("process_start_time_seconds", "gauge", "Start of the process, since the epoch.", [
        ["", startTime],
      ]),
      ...family("process_resident_memory_bytes", "gauge", "Memory that the process has in RAM.", [
        ["", process.memoryUsage.rss()],
      ]),
      ...family("http_requests_in_flight", "gauge", "Requests under way, with this one.", [
        ["", this.inFlight],
      ]),
      ...family("http_requests_total", "counter", "Requests that are over.", [...this.total]),
      ...this.histogram(),
      "",
    ].join("\n");
  }

  private observe(path: string, seconds: number): void {
    let histogram = this.durations.get(path);
    if (histogram === undefined) {
      histogram = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.durations.set(path, histogram);
    }
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) {
      histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    }
    histogram.sum += seconds;
    histogram.count++;
  }

  private histogram(): string[] {
    const name = "http_request_duration_seconds";
    const lines = header(name, "histogram", "Time from a request's arrival to its end.");
    for (const [path, { counts, sum, count }] of this.durations) {
      let cumulative = 0;
      BUCKETS.forEach((bound, index) => {
        cumulative += counts[index] ?? 0;
        lines.push(`${name}_bucket${labels({ path, le: String(bound) })} ${cumulative}`);
      });
      lines.push(`${name}_bucket${labels({ path, le: "+Inf" })} ${count}`);
      lines.push(`${name}_sum${labels({ path })} ${sum}`);
      lines.push(`${name}_count${labels({ path })} ${count}`);
    }
    return lines;
  }
}

function family(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  return [
    ...header(name, type, help),
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}

function header(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labels(values: Labels): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${escape(value)}"`);
  return `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
