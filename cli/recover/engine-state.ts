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
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** URN. */
  readonly parent?: string;
  /** URN and id, joined by `::`. */
  readonly provider?: string;
  /** URNs. */
  readonly dependencies?: readonly string[];
  /** URNs by the input that depends on them. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** When it came into the state, ISO 8601. */
  readonly created?: string;
  /** When its inputs or outputs changed last, ISO 8601. */
  readonly modified?: string;
  /** Was replaced, and is to be deleted. */
  readonly delete?: boolean;
  /** Was deleted, and is to be created again. */
  readonly pendingReplacement?: boolean;
}

/** Where the Kubernetes provider keeps the field manager that it wrote an object as. */
const FIELD_MANAGER = "__fieldManager";

/**
 * A state that knows which field manager wrote each of these objects. An import invents one; as that one the provider
 * could never remove a field that the first one has set.
 *
 * @param managers by URN
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function withFieldManagers(
  state: EngineState,
  managers: Readonly<Record<string, string>>,
): EngineState {
  const resources = (state.resources ?? []).map((resource) => {
    const manager = managers[resource.urn];
    if (manager === undefined) {
      return resource;
    }
    return { ...resource, outputs: { ...resource.outputs, [FIELD_MANAGER]: manager } };
  });
  return { ...state, resources };
}

/** The name of a resource in its program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** A state without the creations that never ended. */
export function withoutPendingCreates(state: EngineState): EngineState {
  const pending_operations = (state.pending_operations ?? []).filter(
    ({ type }) => type !== "creating",
  );
  return { ...state, pending_operations };
}
