import {
  type Created,
  PartialFailure,
  type Plugin,
  type Properties,
  type Subject,
} from "../../../wire/plugin.ts";
import { containsUnknown } from "../../../wire/unknown.ts";
import { withoutKeys } from "../without-keys.ts";
import {
  ApiError,
  isConflict,
  isNotFound,
  NoSuchKindError,
  UnreachableError,
} from "./api-error.ts";
import type { Configuration } from "./configuration.ts";
import { creationError } from "./creation-error.ts";
import { normalized } from "./normal-form.ts";
import { asObject, idOf, isAnnotated, type KubernetesObject, parseId } from "./object.ts";
import type { ObjectsApi, WriteOptions } from "./objects-api.ts";
import { adopted, conflictError, CREATOR, isForced, withIgnored } from "./ownership.ts";
import { masked } from "./secret-data.ts";
import { fieldManagerOf, outputsOf } from "./state.ts";
import { awaitGone, awaitReady, type WaitOptions } from "./waiting.ts";

type Args<Operation extends "create" | "update" | "delete"> = Parameters<Plugin[Operation]>[1];

/** Kinds whose deletion `pulumi.com/skipAwait` does not wait for. */
const UNAWAITED_WHEN_SKIPPED =
  /^(Deployment|StatefulSet|DaemonSet|ReplicationController|Job|Pod|Namespace)$/;

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
    const object = asObject(inputs, this.#subject.type);
    if (preview) {
      return { id: "", outputs: await this.#previewCreate(inputs, object) };
    }
    const before = { __fieldManager: fieldManagerOf({}) };
    const wait = this.#wait(timeoutSeconds, {
      outputsOf: (live) => outputsOf(live, inputs, before),
      failureOf: (why) =>
        `resource "${this.#subject.urn}" was successfully created, but the Kubernetes API server reported that ` +
        `it failed to fully initialize or become live: ${why}`,
    });
    const created = await this.#create(object);
    const live = await awaitReady(this.#api, created, wait);
    return { id: idOf(live.metadata), outputs: wait.outputsOf(live) };
  }

  async update(args: Args<"update">): Promise<Properties> {
    const { id, news, oldOutputs, preview, timeoutSeconds } = args;
    if (preview && containsUnknown(news)) {
      return news;
    }
    const wait = this.#wait(timeoutSeconds, {
      outputsOf: (live) => outputsOf(live, news, oldOutputs),
      failureOf: (why) =>
        `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${why}`,
    });
    const object = normalized(asObject(news, this.#subject.type));
    try {
      const applied = await this.#apply(object, args);
      return wait.outputsOf(preview ? applied : await awaitReady(this.#api, applied, wait));
    } catch (error) {
      if (preview && this.#isPreviewOnly(error)) {
        return news;
      }
      throw error instanceof PartialFailure
        ? error
        : await this.#failedUpdate(masked(error, object), object, { id, preview, wait });
    }
  }

  async delete({ id, outputs, inputs, timeoutSeconds }: Args<"delete">): Promise<void> {
    const known = asObject({ ...outputs, ...inputs }, this.#subject.type);
    const { uid } = asObject(outputs, this.#subject.type).metadata;
    const metadata = { ...known.metadata, ...parseId(id), ...(uid !== undefined && { uid }) };
    const object = { ...known, metadata };
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
    const isSkipped =
      isAnnotated(object, "pulumi.com/skipAwait") && UNAWAITED_WHEN_SKIPPED.test(object.kind);
    if (!isSkipped) {
      const { log } = this.#subject;
      await awaitGone(this.#api, object, { timeoutSeconds, log, signal: this.#signal });
    }
  }

  /** A dry run on the server where all is known, so that what it refuses is seen before a real run. */
  async #previewCreate(inputs: Properties, object: KubernetesObject): Promise<Properties> {
    if (containsUnknown(inputs)) {
      return inputs;
    }
    try {
      const placed = await this.#api.placed(object);
      const tried = await this.#api.create(placed, this.#write(CREATOR, true));
      return outputsOf(withoutKeys(tried, "status") as KubernetesObject, inputs, {});
    } catch (error) {
      if (this.#isPreviewOnly(error) || isNotFound(error) || isConflict(error, "AlreadyExists")) {
        return inputs;
      }
      throw creationError(this.#subject.urn, masked(error, object));
    }
  }

  async #create(object: KubernetesObject): Promise<KubernetesObject> {
    try {
      await this.#api.awaitKind(object);
      const placed = await this.#api.placed(object);
      return await this.#api.create(placed, this.#write(CREATOR, false));
    } catch (error) {
      throw creationError(this.#subject.urn, masked(error, object));
    }
  }

  async #apply(
    object: KubernetesObject,
    { id, oldOutputs, preview, ignoreChanges }: Args<"update">,
  ): Promise<KubernetesObject> {
    const manager = fieldManagerOf(oldOutputs);
    const found = await this.#api.get({ ...object, metadata: parseId(id) });
    const live = preview ? found : await this.#takeOver(found, manager);
    const wanted = withIgnored(object, live, manager, ignoreChanges);
    const isAlways = this.#configuration.enablePatchForce;
    const force = isForced(object, live, { isAlways, dryRun: preview });
    try {
      return await this.#api.apply(wanted, { ...this.#write(manager, preview), force });
    } catch (error) {
      throw isConflict(error, "Conflict") ? conflictError(manager, error) : error;
    }
  }

  async #takeOver(
    live: KubernetesObject,
    fieldManager: string,
    tries = 10,
  ): Promise<KubernetesObject> {
    const { managedFields = [], resourceVersion } = live.metadata;
    const value = adopted(managedFields, fieldManager);
    if (value === undefined) {
      return live;
    }
    try {
      return await this.#api.jsonPatch(live, [
        { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
        { op: "replace", path: "/metadata/managedFields", value },
      ]);
    } catch (error) {
      // While it rolls out, an object has a new version several times a second.
      if (isConflict(error, "Conflict") && tries > 1) {
        return this.#takeOver(await this.#api.get(live), fieldManager, tries - 1);
      }
      throw error;
    }
  }

  /** The object is as it was, or as the API server took it; the next run applies it again. */
  async #failedUpdate(
    error: Error,
    object: KubernetesObject,
    { id, preview, wait }: { id: string; preview: boolean; wait: WaitOptions },
  ): Promise<Error> {
    const reference = { ...object, metadata: parseId(id) };
    const live = await this.#api.get(reference).catch((unread: unknown) => masked(unread, object));
    if (live instanceof Error) {
      return new Error(
        `update of resource "${this.#subject.urn}" failed: ${error.message}\nunable to get cluster state: ${live.message}`,
      );
    }
    const message = wait.failureOf(error.message);
    return preview ? new Error(message) : new PartialFailure(message, id, wait.outputsOf(live));
  }

  /** What fails in a preview for the reason alone that it is one. */
  #isPreviewOnly(error: unknown): boolean {
    if (error instanceof UnreachableError) {
      this.#subject.log.warn(`previewed without the cluster: ${error.message}`);
      return true;
    }
    return error instanceof NoSuchKindError || (error instanceof ApiError && error.code === 403);
  }

  #write(fieldManager: string, dryRun: boolean): WriteOptions {
    const warn = (message: string) => {
      this.#subject.log.warn(message);
    };
    return { fieldManager, dryRun, warn };
  }

  #wait(timeoutSeconds: number, words: Pick<WaitOptions, "outputsOf" | "failureOf">): WaitOptions {
    return { timeoutSeconds, log: this.#subject.log, signal: this.#signal, ...words };
  }
}
