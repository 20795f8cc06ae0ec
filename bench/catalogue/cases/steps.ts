import { setTimeout as delay } from "node:timers/promises";

import { cluster } from "../../../testbed/cluster.ts";
import { SERVICE } from "../../../testbed/kinds.ts";
import { Load } from "../../../testbed/load.ts";
import { promptTargets } from "../../../testbed/prompt-targets.ts";
import { ensureExtras } from "../../../tools/platform/additions.ts";
import { NODE_ADDRESS } from "../../../tools/platform/addresses.ts";
import { MONITORED } from "../../../tools/platform/monitoring.ts";
import { AT_ONCE, type Case, type Failure, type Prepared } from "../case.ts";
import type { Stage } from "../stage.ts";

const EVERY_MILLISECONDS = 40;
const LOOK_MILLISECONDS = 200;

/** Nothing listens there. */
const SILENT = { prometheus: `http://${NODE_ADDRESS}:9` };

const objective = {
  requests: 'http_requests_total{path="/"}',
  errors: 'http_requests_total{path="/",status=~"5.."}',
  durations: 'http_request_duration_seconds_bucket{path="/"}',
};
const STEPPED = {
  metrics: "/metrics",
  objective,
  steps: [50],
  watch: { errors: 2, p99: "200ms", requests: 40, every: "5s", for: "10s" },
  deadlineSeconds: 60,
};
const SWITCHED = { ...STEPPED, steps: "switch" };

const failed = (reason: Failure["reason"]): Failure => ({
  reason,
  from: "measured-bad",
  within: AT_ONCE,
});

const LOADS = new WeakMap<Stage, Load>();

/** A Prometheus that scrapes the pods, and 25 requests a second for as long as the case lasts. */
async function watched(stage: Stage): Promise<Prepared> {
  const prepared = await monitored(stage);
  const ended = new AbortController();
  stage.afterwards(async () => {
    ended.abort();
    await LOADS.get(stage)?.stop();
  });
  void send(stage, ended.signal);
  return prepared;
}

async function monitored(stage: Stage): Promise<Prepared> {
  await ensureExtras("argo-rollouts", "monitoring");
  const { spec } = await cluster.get(SERVICE, "monitoring", "prometheus");
  stage.afterwards(promptTargets());
  const prometheus = `http://${spec?.clusterIP ?? ""}:9090`;
  return { stack: { prometheus, monitoring: { labels: MONITORED } } };
}

async function send(stage: Stage, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const service = await cluster.find(SERVICE, stage.namespace, "shop").catch(() => undefined);
    if (service !== undefined) {
      const address = `http://${service.spec?.clusterIP ?? ""}/`;
      LOADS.set(stage, new Load(address, EVERY_MILLISECONDS));
      return;
    }
    await delay(LOOK_MILLISECONDS);
  }
}

/** Releases by steps, of which the new pods are measured. */
export const STEPS: readonly Case[] = [
  {
    name: "step-with-errors",
    title: "the new pods answer a fifth of the requests with an error",
    earlier: STEPPED,
    settings: { env: { FAULT_FAILED_PERCENT: 20 } },
    prepare: watched,
    expected: failed("canary-failed"),
  },
  {
    name: "step-too-slow",
    title: "the new pods take 400 ms for each answer, and may take 200 ms",
    earlier: STEPPED,
    settings: { env: { FAULT_SLOW_MS: 400 } },
    prepare: watched,
    expected: failed("canary-failed"),
  },
  {
    name: "switch-with-errors",
    title: "all traffic is on new pods that answer a fifth of it with an error",
    earlier: SWITCHED,
    settings: { env: { FAULT_FAILED_PERCENT: 20 } },
    prepare: watched,
    expected: failed("canary-failed"),
  },
  {
    name: "step-without-traffic",
    title: "nobody asks the new pods anything",
    earlier: STEPPED,
    settings: { env: { GREETING: "hello" } },
    prepare: watched,
    furnish: async (stage) => LOADS.get(stage)?.stop(),
    expected: failed("no-traffic"),
  },
  {
    name: "step-without-label",
    title: "no request has the label by which failures are to be known",
    earlier: STEPPED,
    settings: {
      env: { FAULT_FAILED_PERCENT: 20 },
      objective: { ...objective, errors: 'http_requests_total{path="/",code=~"5.."}' },
    },
    prepare: watched,
    expected: failed("not-measured"),
  },
  {
    name: "step-without-prometheus",
    title: "Prometheus refuses connections",
    settings: STEPPED,
    prepare: async (stage) => ({ stack: { ...(await monitored(stage)).stack, ...SILENT } }),
    expected: failed("not-measured"),
  },
  {
    name: "step-crashes",
    title: "the new pods of a step end with an exit code",
    earlier: STEPPED,
    settings: { env: { FAULT_CRASH_AT_START: 3 } },
    prepare: watched,
    expected: { reason: "crash-loop", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "step-passed",
    title: "a step is measured, and is good",
    earlier: STEPPED,
    settings: { env: { GREETING: "hello" } },
    prepare: watched,
    expected: "ready",
  },
];
