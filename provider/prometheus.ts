import { z } from "zod";

import { prometheusService } from "../contract/prometheus-address.ts";
import type { Api } from "./cluster/api.ts";
import { messageOf } from "./cluster/api-error.ts";
import { limitedText, type LimitedAnswer } from "./cluster/limited.ts";
import { oneLine } from "./cluster/one-line.ts";
import { statusMessage } from "./cluster/plain-messages.ts";
import { fetchThrough } from "./registry/fetch-through.ts";

/** Whoever asks directly may have to say who it is. */
const TOKEN = "SLIPWAY_PROMETHEUS_TOKEN";

/** An answer that takes longer counts as none. */
const ANSWER_MILLISECONDS = 10_000;

/** What is asked has a line or a few for each pod. */
const BYTES = 4 * 1024 * 1024;
const SERIES = 10_000;

const vector = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z
      .array(
        z.object({
          metric: z.record(z.string(), z.string()),
          value: z.tuple([z.number(), z.string()]),
        }),
      )
      .max(SERIES),
  }),
});

const targets = z.object({
  status: z.literal("success"),
  data: z.object({
    activeTargets: z
      .array(
        z.object({
          labels: z.record(z.string(), z.string()),
          scrapePool: z.string(),
          health: z.string(),
          lastError: z.string(),
        }),
      )
      .max(SERIES),
  }),
});

const refusal = z.object({ error: z.string() });

/** One series of an answer. What it says is in the words of others. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus knows of something that it scrapes. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  /** `up`, `down` or `unknown`. */
  readonly health: string;
  /** Why the last scrape failed, on one line; empty if it did not. */
  readonly lastError: string;
}

/** Prometheus has not answered, or not with what it was asked for. */
export class PrometheusError extends Error {
  override readonly name = "PrometheusError";
}

/**
 * That Prometheus has not answered, as a value: what asks goes on without the answer.
 * @throws any other error
 */
export function unanswered(error: unknown): PrometheusError {
  if (error instanceof PrometheusError) {
    return error;
  }
  throw error;
}

/** What can be asked. */
export type Asked = Pick<Prometheus, "query" | "targets">;

/**
 * A Prometheus, asked directly or, if it is a Service of the cluster, through the API server.
 *
 * @throws PrometheusError from each question
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export class Prometheus {
  readonly #address: string;
  readonly #api: Pick<Api, "limited">;

  constructor(address: string, api: Pick<Api, "limited">) {
    this.#address = address;
    this.#api = api;
  }

  /** The series that an expression has now. */
  async query(expression: string, signal: AbortSignal): Promise<Sample[]> {
    const answer = await this.#ask("query", { query: expression }, vector, signal);
    return answer.data.result.map(({ metric, value: [, value] }) => ({
      labels: metric,
      value: Number(value),
    }));
  }

  /** What it scrapes of one pool: those of a PodMonitor are `podMonitor/<namespace>/<name>/<number>`. */
  async targets(scrapePool: string, signal: AbortSignal): Promise<Target[]> {
    const query = { state: "active", scrapePool };
    const answer = await this.#ask("targets", query, targets, signal);
    // Versions before 2.42 do not know the parameter.
    return answer.data.activeTargets
      .filter((target) => target.scrapePool === scrapePool)
      .map(({ labels, health, lastError }) => ({ labels, health, lastError: oneLine(lastError) }));
  }

  async #ask<T>(
    what: string,
    query: Readonly<Record<string, string>>,
    form: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
    const answer = await this.#answer(`/api/v1/${what}`, query, until).catch((error: unknown) => {
      const why = until.aborted && !signal.aborted ? "no answer in time" : messageOf(error);
      throw this.#error(oneLine(why));
    });
    const said = parsed(answer.text);
    const found = form.safeParse(said);
    if (found.success && answer.status === 200) {
      return found.data;
    }
    const why = refusal.safeParse(said).data?.error ?? statusMessage(answer.text);
    throw this.#error(
      `HTTP ${answer.status}${why === undefined ? "" : `: ${oneLine(why)}`}`,
      answer,
    );
  }

  async #answer(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<LimitedAnswer> {
    const service = prometheusService(this.#address);
    if (service !== undefined) {
      const { namespace, name } = service;
      const proxy = `/api/v1/namespaces/${namespace}/services/${name}/proxy${service.path}`;
      return this.#api.limited(proxy + path, query, BYTES, signal);
    }
    const url = new URL(this.#address.replace(/\/+$/, "") + path);
    url.search = new URLSearchParams(query).toString();
    const token = process.env[TOKEN] ?? "";
    const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetchThrough(url, { signal, redirect: "manual", headers });
    return { status: answer.status, text: await limitedText(answer.body ?? [], BYTES) };
  }

  #error(why: string, { status }: Partial<LimitedAnswer> = {}): PrometheusError {
    const service = prometheusService(this.#address);
    const remedy =
      service !== undefined && status === 403
        ? `allow services/proxy get on ${service.name} in ${service.namespace}`
        : "check slipway:prometheus";
    return new PrometheusError(`Prometheus ${this.#address} does not answer: ${why}; ${remedy}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
