import { kubectl } from "./kubectl.ts";

const EVERY_MILLISECONDS = 3000;

/**
 * Has the platform's Prometheus hear of new targets within seconds. It has them in a Secret, after which a kubelet looks once a minute,
 * or when the pod changes.
 *
 * @returns what ends it
 */
export function promptTargets(): () => void {
  const touching = setInterval(() => void touch(), EVERY_MILLISECONDS);
  return () => {
    clearInterval(touching);
  };
}

function touch(): Promise<unknown> {
  const pod = ["pod", "prometheus-platform-0", "--namespace", "monitoring"];
  const mark = `slipway/touched=${Date.now()}`;
  return kubectl(["annotate", "--overwrite", ...pod, mark]).catch(() => undefined);
}
