import { largerQuantity, smallerQuantity } from "../../contract/quantity.ts";

const REQUESTS = { cpu: "100m", memory: "128Mi" };
const LIMITS = { cpu: "500m", memory: "256Mi" };

/** Quantities such as `250m` and `64Mi`. */
export interface Resources {
  /** @default - 100m and 128Mi, or the limits where they are less */
  readonly requests?: { readonly cpu?: string; readonly memory?: string };
  /** @default - 500m and 256Mi, or the requests where they are more */
  readonly limits?: { readonly cpu?: string; readonly memory?: string };
}

/** The resources of a container, with a value for each. */
export type CompletedResources = Readonly<
  Record<keyof Resources, { readonly cpu: string; readonly memory: string }>
>;

/** Resources with a default for each: a limit is never below its request. */
export function completeResources({ requests = {}, limits = {} }: Resources): CompletedResources {
  return {
    requests: {
      cpu: requests.cpu ?? smallerQuantity(REQUESTS.cpu, limits.cpu ?? LIMITS.cpu),
      memory: requests.memory ?? smallerQuantity(REQUESTS.memory, limits.memory ?? LIMITS.memory),
    },
    limits: {
      cpu: limits.cpu ?? largerQuantity(LIMITS.cpu, requests.cpu ?? REQUESTS.cpu),
      memory: limits.memory ?? largerQuantity(LIMITS.memory, requests.memory ?? REQUESTS.memory),
    },
  };
}
