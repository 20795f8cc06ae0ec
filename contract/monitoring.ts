import { z } from "zod";

import { count, flag, name, type Of, word } from "./field.ts";
import { prometheusFault } from "./prometheus-address.ts";

const scrape = {
  /** Name of the PodMonitor. */
  monitor: name,
  /** Name of the port that it names. */
  port: word,
  /** Seconds for which a release that is ready waits until each pod is scraped. */
  waitSeconds: count,
};

const shape = {
  /** Where Prometheus answers. */
  prometheus: z
    .string()
    .refine((address) => prometheusFault(address) === undefined, "must be the URL of Prometheus"),
  /** Namespace of the Prometheus that scrapes. */
  namespace: name,
  /**
   * What must be scraped.
   * @default - nothing
   */
  scrape: z.strictObject(scrape).readonly().exactOptional(),
  /**
   * The version of the rules that must be in force.
   * @default - there are none
   */
  rules: word.exactOptional(),
  /**
   * What shows that failures cannot be seen: it has a value where no request has the label.
   * @default - nothing does
   */
  blind: z.strictObject({ metric: word, label: word, expression: word }).readonly().exactOptional(),
  /**
   * Alerts that fail the release: all of the service, or those of these names.
   * @default - none
   */
  alerts: z.union([z.literal(true), z.array(word).readonly()]).exactOptional(),
  /**
   * Whether the release fails where Prometheus does not scrape it, or cannot be asked.
   * @default false
   */
  required: flag.exactOptional(),
};

/** What Prometheus is asked about a release. */
export type WatchedRelease = Of<typeof shape>;

/** Form of {@link WatchedRelease}. */
export const watchedRelease: z.ZodType<WatchedRelease> = z.strictObject(shape).readonly();
