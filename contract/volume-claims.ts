import { z } from "zod";

import { name } from "./field.ts";

/** Arguments of the function `slipway:index:volumeClaims`. */
export const volumeClaimsArgs = z.object({ namespace: name, names: z.array(name) });

/** A PersistentVolumeClaim, as the cluster has it. */
export interface FoundClaim {
  /** What it requests. */
  readonly size: string;
  /** Its storage class; empty if it has none. */
  readonly class: string;
  readonly access: readonly string[];
  /** The service that Slipway has made it for; empty if Slipway has not made it. */
  readonly service: string;
  readonly isEnding: boolean;
  /**
   * Whether its class lets volumes grow.
   * @default - this identity may not read the class
   */
  readonly grows?: boolean;
}

/** Claims by name, or that they do not exist; one that this identity may not read has no entry. */
export type FoundClaims = Readonly<Record<string, FoundClaim | "missing">>;
