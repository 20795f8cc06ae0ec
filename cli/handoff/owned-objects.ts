import { RESOURCES } from "../../contract/tokens.ts";
import { CommandFailure } from "../exit-code.ts";
import type { EngineState, StateResource } from "../recover/engine-state.ts";
import { table } from "../words.ts";

const PROVIDER = "pulumi:providers:kubernetes";
const NAME = "cluster";

/** An object that a stack has. */
export interface OwnedObject {
  readonly urn: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Null outside of namespaces. */
  readonly namespace: string | null;
}

/** Who applies a stack's objects, as its state has it. */
export interface Ownership {
  /** Whether they are handed off. */
  readonly isHandedOff: boolean;
  readonly objects: readonly OwnedObject[];
}

/** What the state says of who applies the stack's objects; undefined as long as it has no provider for them. */
export function ownershipIn({ resources = [] }: EngineState): Ownership | undefined {
  const provider = resources.find(isProvider);
  if (provider === undefined) {
    return undefined;
  }
  const folder = provider.inputs?.["renderYamlToDirectory"] ?? "";
  const isHandedOff = folder !== "" || resources.some(isHandOff);
  return { isHandedOff, objects: resources.flatMap(objectOf) };
}

/** Where the provider of objects applies them, or the folder that it writes them to: its inputs as the program has them. */
type Target =
  | { readonly kubeconfig: string; readonly context: string }
  | { readonly kubeconfig: ""; readonly renderYamlToDirectory: string };

const TARGET: ReadonlySet<string> = new Set(["kubeconfig", "context", "renderYamlToDirectory"]);

/** A state whose provider of objects has another target, and is otherwise the same: no object of it is replaced. */
export function withTarget(state: EngineState, target: Target): EngineState {
  const led = (values: StateResource["inputs"] = {}) => {
    const kept = Object.entries(values).filter(([key]) => !TARGET.has(key));
    return { ...Object.fromEntries(kept), ...target };
  };
  const resources = (state.resources ?? []).map((resource) =>
    isProvider(resource)
      ? { ...resource, inputs: led(resource.inputs), outputs: led(resource.outputs) }
      : resource,
  );
  return { ...state, resources };
}

/** A state that knows nothing of a hand-off: what it has written stays where it is. */
export function withoutHandOff(state: EngineState): EngineState {
  const gone = new Set((state.resources ?? []).filter(isHandOff).map(({ urn }) => urn));
  const resources = (state.resources ?? [])
    .filter(({ urn }) => !gone.has(urn))
    .map((resource) => independent(resource, gone));
  return { ...state, resources };
}

/** @throws CommandFailure for a state that the engine has not ended to write */
export function assertSettled({ pending_operations = [] }: EngineState, stack: string): void {
  if (pending_operations.length > 0) {
    throw new CommandFailure(
      `${stack}: a run was killed in the middle of ${pending_operations.length} operations; run npx slipway recover --stack ${stack} first`,
    );
  }
}

/** The objects in columns. */
export function objectTable(objects: readonly OwnedObject[]): string {
  const rows = objects.map(({ kind, name, namespace }) => [kind, name, namespace ?? "-"]);
  return table(["KIND", "NAME", "NAMESPACE"], rows);
}

function isProvider({ type, urn }: StateResource): boolean {
  return type === PROVIDER && urn.endsWith(`::${NAME}`);
}

function isHandOff({ type }: StateResource): boolean {
  return type === RESOURCES.HandOff;
}

function independent(resource: StateResource, gone: ReadonlySet<string>): StateResource {
  const { dependencies, propertyDependencies } = resource;
  const left = (urns: readonly string[]) => urns.filter((urn) => !gone.has(urn));
  return {
    ...resource,
    ...(dependencies && { dependencies: left(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([key, urns]) => [key, left(urns ?? [])]),
      ),
    }),
  };
}

function objectOf({ urn, type, outputs = {} }: StateResource): OwnedObject[] {
  const { apiVersion, kind, metadata } = outputs;
  const { name, namespace = null } = (metadata ?? {}) as Partial<OwnedObject>;
  return type.startsWith("kubernetes:") && typeof kind === "string" && typeof name === "string"
    ? [{ urn, apiVersion: String(apiVersion), kind, name, namespace }]
    : [];
}
