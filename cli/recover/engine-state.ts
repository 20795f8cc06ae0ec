/** What recovery reads of the engine's state, as `pulumi stack export` prints it. */
export interface EngineState {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly {
    readonly type: string;
    readonly resource: StateResource;
  }[];
}

/** A resource in it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** URN. */
  readonly parent?: string;
  /** URN and id, joined by `::`. */
  readonly provider?: string;
  /** URNs. */
  readonly dependencies?: readonly string[];
  /** When it came into the state, ISO 8601. */
  readonly created?: string;
  /** Was replaced, and is to be deleted. */
  readonly delete?: boolean;
  /** Was deleted, and is to be made anew. */
  readonly pendingReplacement?: boolean;
}

const ROOT = "pulumi:pulumi:Stack";

/** URN of the resource that all others belong to, undefined in a state without resources. */
export function rootOf({ resources = [] }: EngineState): string | undefined {
  return resources.find(({ type }) => type === ROOT)?.urn;
}
