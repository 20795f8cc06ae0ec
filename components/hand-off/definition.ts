import type { HandOffTarget } from "../../contract/hand-off.ts";
import type { HandOffController } from "../../contract/hand-off-target.ts";

/** A delivery whose desired state is written to a repository or a registry, from which a controller in the cluster applies it. */
export interface HandOffDefinition {
  /** Where desired state is written. */
  readonly to: HandOffTarget;
  /** Who applies it. */
  readonly by: HandOffController;
  /**
   * Seconds that the controller may take to apply it.
   * @default 300
   */
  readonly timeoutSeconds?: number;
}
