import type { Created, Plugin, Properties, Subject } from "../../../wire/plugin.ts";
import { containsUnknown } from "../../../wire/unknown.ts";
import {
  ApiError,
  isConflict,
  isNotFound,
  NoSuchKindError,
  UnreachableError,
} from "./api-error.ts";
import type { Configuration } from "./configuration.ts";
import { asObject, idOf, isAnnotated, type KubernetesObject, parseId } from "./object.ts";
import type { ObjectsApi, WriteOptions } from "./objects-api.ts";
import { adopted, conflictError, isOwnConflict, withoutIgnored } from "./ownership.ts";
import { fieldManagerOf, outputsOf, previewed } from "./state.ts";
import { awaitGone, awaitReady, type WaitOptions } from "./waiting.ts";
import { masked, withData } from "./secret-data.ts";

type Args<Operation extends "create" | "update" | "delete"> = Parameters<Plugin[Operation]>[1];

/** Kinds whose deletion `pulumi.com/skipAwait` does not wait for. */
const UNAWAITED_WHEN_SKIPPED = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|Pod|Namespace)$/;

/** What the engine asks to be done with one object. */
export class ObjectOperations {
  readonly #api: ObjectsApi;
  readonly #subject: Subject;
  readonly #configuration: Configuration;
  readonly #signal: AbortSignal;

  constructor(
    api: ObjectsApi,
    subject: Subject,
    configuration: Configuration,
    signal: AbortSignal,
  ) {
    this.#api = api;
    this.#subject = subject;
    this.#configuration = configuration;
    this.#signal = signal;
  }

  async create({ inputs, preview, timeoutSeconds }: Args<"create">): Promise<Created> {
    const object = withData(asObject(inputs, this.#subject.type));
    if (preview) {
      return { id: "", outputs: await this.#previewCreate(inputs, object) };
    }
    const fieldManager = fieldManagerOf({});
    const outputs = (live: KubernetesObject) => outputsOf(live, { __fieldManager: fieldManager });
    const created = await this.#create(object, fieldManager);
    const live = await awaitReady(this.#api, created, this.#wait(timeoutSeconds, outputs));
    return { id: idOf(live.metadata), outputs: outputs(live) };
  }

  async update(args: Args<"update">): Promise<Properties> {
    const { id, news, oldOutputs, preview, timeoutSeconds, ignoreChanges } = args;
    if (preview && containsUnknown(news)) {
      return news;
    }
    const fieldManager = fieldManagerOf(oldOutputs);
    const outputs = (live: KubernetesObject) => outputsOf(live, { __fieldManager: fieldManager });
    const object = withData(asObject(news, this.#subject.type));
    try {
      const live = await this.#api.find({ ...object, metadata: parseId(id) });
      if (live === undefined) {
        throw new Error(
          `${object.kind} ${id} is gone; run "pulumi refresh", then it is created again`,
        );
      }
      const applied = await this.#apply(
        withoutIgnored(object, live, ignoreChanges),
        live,
        this.#write(fieldManager, preview),
      );
      if (preview) {
        return outputs(applied);
      }
      return outputs(await awaitReady(this.#api, applied, this.#wait(timeoutSeconds, outputs)));
    } catch (error) {
      if (preview && this.#isNoFault(error)) {
        return news;
      }
      throw masked(error, object);
    }
  }

  async delete({ id, outputs, inputs, timeoutSeconds }: Args<"delete">): Promise<void> {
    const known = asObject({ ...inputs, ...outputs }, this.#subject.type);
    const object = { ...known, metadata: { ...known.metadata, ...parseId(id) } };
    const policy =
      object.metadata.annotations?.["pulumi.com/deletionPropagationPolicy"] ?? "foreground";
    try {
      await this.#api.delete(object, policy.charAt(0).toUpperCase() + policy.slice(1));
    } catch (error) {
      if (isNotFound(error) || error instanceof NoSuchKindError) {
        return;
      }
      throw error;
    }
    const skipped =
      isAnnotated(object, "pulumi.com/skipAwait") && UNAWAITED_WHEN_SKIPPED.test(object.kind);
    if (!skipped) {
      await awaitGone(
        this.#api,
        object,
        this.#wait(timeoutSeconds, () => outputs),
      );
    }
  }

  /** A dry run on the server where all is known, so that what it refuses is seen before a real run. */
  async #previewCreate(inputs: Properties, object: KubernetesObject): Promise<Properties> {
    if (containsUnknown(inputs)) {
      return inputs;
    }
    try {
      const placed = await this.#api.placed(object);
      return previewed(
        await this.#api.create(placed, this.#write(fieldManagerOf({}), true)),
        object,
      );
    } catch (error) {
      if (this.#isNoFault(error)) {
        return inputs;
      }
      throw masked(error, object);
    }
  }

  async #create(object: KubernetesObject, fieldManager: string): Promise<KubernetesObject> {
    try {
      await this.#api.awaitKind(object);
      const placed = await this.#api.placed(object);
      return await this.#createFree(placed, this.#write(fieldManager, false));
    } catch (error) {
      const known = masked(error, object);
      throw error instanceof ApiError
        ? new Error(
            `${object.kind} ${idOf(object.metadata)} was not created by the Kubernetes API server: ${known.message}`,
          )
        : known;
    }
  }

  /** Creates an object once its name is free: a deletion that nobody waited for may be under way. */
  async #createFree(object: KubernetesObject, write: WriteOptions): Promise<KubernetesObject> {
    try {
      return await this.#api.create(object, write);
    } catch (error) {
      const live = isConflict(error, "AlreadyExists") ? await this.#api.find(object) : undefined;
      // The first answer to a request that was tried again may have been lost on its way.
      if (
        live?.metadata.managedFields?.some(({ manager }) => manager === write.fieldManager) === true
      ) {
        return live;
      }
      if (live?.metadata.deletionTimestamp === undefined) {
        throw error;
      }
      await awaitGone(
        this.#api,
        live,
        this.#wait(0, () => ({})),
      );
      return this.#api.create(object, write);
    }
  }

  async #apply(
    object: KubernetesObject,
    live: KubernetesObject,
    write: WriteOptions,
  ): Promise<KubernetesObject> {
    const force =
      this.#configuration.enablePatchForce || isAnnotated(object, "pulumi.com/patchForce");
    if (!write.dryRun) {
      await this.#adopt(live, write.fieldManager);
    }
    try {
      return await this.#api.apply(object, { ...write, force });
    } catch (error) {
      if (!isConflict(error, "Conflict")) {
        throw error;
      }
      if (write.dryRun && isOwnConflict(error, write.fieldManager)) {
        return this.#api.apply(object, { ...write, force: true });
      }
      throw conflictError(object, write.fieldManager, error);
    }
  }

  async #adopt(live: KubernetesObject, fieldManager: string, tries = 10): Promise<void> {
    const { managedFields = [], resourceVersion } = live.metadata;
    const value = adopted(managedFields, fieldManager);
    if (value === undefined) {
      return;
    }
    try {
      await this.#api.jsonPatch(live, [
        { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
        { op: "replace", path: "/metadata/managedFields", value },
      ]);
    } catch (error) {
      // While it rolls out, an object has a new version several times a second.
      const fresh =
        isConflict(error, "Conflict") && tries > 1 ? await this.#api.find(live) : undefined;
      if (fresh === undefined) {
        throw error;
      }
      await this.#adopt(fresh, fieldManager, tries - 1);
    }
  }

  /** What fails in a preview for the reason alone that it is one. */
  #isNoFault(error: unknown): boolean {
    if (error instanceof UnreachableError) {
      this.#subject.log.warn(`previewed without the cluster: ${error.message}`);
      return true;
    }
    return (
      error instanceof NoSuchKindError ||
      isNotFound(error) ||
      isConflict(error, "AlreadyExists") ||
      (error instanceof ApiError && error.code === 403)
    );
  }

  #write(fieldManager: string, dryRun: boolean): WriteOptions {
    const warn = (message: string) => {
      this.#subject.log.warn(message);
    };
    return { fieldManager, dryRun, warn };
  }

  #wait(timeoutSeconds: number, outputs: WaitOptions["outputsOf"]): WaitOptions {
    return { timeoutSeconds, log: this.#subject.log, signal: this.#signal, outputsOf: outputs };
  }
}
