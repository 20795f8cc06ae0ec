import type { GoTools, Report } from "../go/build.ts";
import type { RunState } from "./run-state.ts";

/** Something that runs beside Kubernetes' own components, built from its Go module. */
export interface Addition {
  /** With its version, for people. */
  readonly title: string;
  readonly tools: GoTools;
  /** Builds and runs it; a moment's work where it runs already. */
  readonly ensure: (report: Report) => Promise<void>;
  /** How it is now; undefined where it was never asked for. */
  readonly state: () => Promise<RunState | undefined>;
}
