import { heldAutoscaler } from "../contract/held-autoscaler.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError, messageOf } from "./cluster/api-error.ts";
import { parsed } from "./input-schema.ts";
import type { Properties } from "../wire/plugin.ts";

/**
 * The function `slipway:index:holdAutoscaler`: keeps an autoscaler that the engine is about to delete from changing the number
 * of pods that its Deployment gets before that. One that is gone already holds by itself.
 */
export async function holdAutoscaler(
  args: Properties,
  api: Api,
  signal: AbortSignal,
): Promise<Properties> {
  const held = parsed(heldAutoscaler, args);
  const { namespace, name, replicas } = held;
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`;
  const bounds = ["minReplicas", "maxReplicas"].map((bound) => ({
    op: "add",
    path: `/spec/${bound}`,
    value: replicas,
  }));
  try {
    await api.patch(path, bounds, {}, signal);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) {
      throw new Error(
        `HorizontalPodAutoscaler ${namespace}/${name} cannot be held at ${replicas} pods until it is deleted: ${messageOf(error)}; delete it, or allow patch of horizontalpodautoscalers.autoscaling`,
        { cause: error },
      );
    }
  }
  return { ...held };
}
