import { pluralOf } from "../../contract/names.ts";
import { atATime } from "../../provider/cluster/at-a-time.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { messageOf } from "../../provider/cluster/api-error.ts";
import { rootOf } from "../../provider/cluster/collection.ts";
import { clusterSettingOf } from "../cluster-setting.ts";
import type { StackSettings } from "../written-setting.ts";
import type { OwnedObject } from "./owned-objects.ts";

/** What Kubernetes calls the manager of fields that were set before whoever applies now. Controllers and the engine's provider take it over. */
const FORMER = { manager: "before-first-apply", operation: "Update" } as const;

/** Objects that are patched at a time. */
const TOGETHER = 8;

/** Fields by their names in a field set, such as `f:spec`. */
interface FieldSet {
  readonly [field: string]: FieldSet;
}

/** What one field manager has written of an object. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

/** Field managers that a stack applies as. */
export const OF_STACK = /^pulumi-kubernetes/;

/** Field managers of the controllers. */
export const OF_CONTROLLERS = /^(?:argocd-controller|kustomize-controller)$/;

/**
 * Gives up the fields of who applied these objects so far, so that whoever applies them next can remove one again: of a field with two
 * managers, none can. The objects themselves stay as they are.
 *
 * @param former by the names of the managers
 * @returns why that was not possible, a line for each object that has kept them
 */
export async function giveUpFields(
  stack: StackSettings,
  objects: readonly OwnedObject[],
  former: RegExp,
): Promise<string[]> {
  const { kubeconfig, context } = await clusterSettingOf(stack);
  const api = new KubeconfigApi({ kubeconfig, context });
  const faults = await atATime(TOGETHER, objects, async (object) => {
    const path = pathOf(object);
    try {
      const live = (await api.get(path)) as Live;
      const patch = patchOf(live, former);
      if (patch !== undefined) {
        await api.patch(path, patch);
      }
      return [];
    } catch (error) {
      return [
        `${object.kind} ${object.name}: its fields stay those of who applied it: ${messageOf(error)}`,
      ];
    }
  });
  return faults.flat();
}

interface Live {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly managedFields?: readonly ManagedFields[];
  };
}

function patchOf({ metadata = {} }: Live, former: RegExp): object[] | undefined {
  const value = givenUp(metadata.managedFields ?? [], former);
  return (
    value && [
      { op: "test", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
      { op: "replace", path: "/metadata/managedFields", value },
    ]
  );
}

/** The managers of an object without those of before, whose fields are those of nobody in particular; undefined if there are none. */
export function givenUp(
  managedFields: readonly ManagedFields[],
  former: RegExp,
): readonly ManagedFields[] | undefined {
  const isNobodys = ({ manager, operation }: ManagedFields) =>
    manager === FORMER.manager && operation === FORMER.operation;
  const isFormer = (entry: ManagedFields) =>
    entry.subresource === undefined && (former.test(entry.manager ?? "") || isNobodys(entry));
  const taken = managedFields.filter(isFormer);
  const [first] = taken;
  if (first === undefined || taken.every(isNobodys)) {
    return undefined;
  }
  const fieldsV1 = taken.map((entry) => entry.fieldsV1 ?? {}).reduce(union);
  const others = managedFields.filter((entry) => !taken.includes(entry));
  return [...others, { ...first, ...FORMER, fieldsV1 }];
}

function union(one: FieldSet, other: FieldSet): FieldSet {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, union(one[name] ?? {}, other[name] ?? {})]));
}

function pathOf({ apiVersion, kind, name, namespace }: OwnedObject): string {
  const place = namespace === null ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${rootOf(apiVersion)}${place}/${pluralOf(kind)}/${encodeURIComponent(name)}`;
}
