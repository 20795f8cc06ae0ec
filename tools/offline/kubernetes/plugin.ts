import pulumiKubernetes from "@pulumi/kubernetes/package.json" with { type: "json" };
import type { Plugin, Properties, Subject } from "../../../wire/plugin.ts";
import { containsUnknown, isUnknown } from "../../../wire/unknown.ts";
import { notInStandIn, standInFor } from "../stand-in.ts";
import {
  checkConfiguration,
  type Configuration,
  diffConfiguration,
  parseConfiguration,
} from "./configuration.ts";
import { Connection } from "./connection.ts";
import { liveInputs } from "./live-inputs.ts";
import { isNamespaced, named } from "./naming.ts";
import { asObject, parseId } from "./object.ts";
import { ObjectOperations } from "./object-operations.ts";
import { normalized } from "./normal-form.ts";
import { diffObject } from "./object-diff.ts";
import { ObjectsApi } from "./objects-api.ts";
import { rendering } from "./rendered-object.ts";
import { markingSecrets } from "./secret-marks.ts";
import { outputsOf } from "./state.ts";

/**
 * Stands in for the official Kubernetes plugin: any object that the API server knows, created, applied
 * on the server's side, awaited, read and deleted.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/
 */
export function kubernetesPlugin(): Plugin {
  const interruption = new AbortController();
  let configuration: Configuration = parseConfiguration({});
  let connection = new Connection(configuration);
  let api = new ObjectsApi(connection);
  const operations = (subject: Subject) =>
    new ObjectOperations(api, subject, configuration, interruption.signal);
  const rendered = () => {
    const { renderYamlToDirectory: folder } = configuration;
    return folder === undefined ? undefined : rendering(folder);
  };
  return markingSecrets({
    ...standInFor("kubernetes", pulumiKubernetes),
    checkConfig: (news) => Promise.resolve(checkConfiguration(news)),
    diffConfig: diffConfiguration,
    configure: (properties) => {
      configuration = parseConfiguration(properties);
      connection = new Connection(configuration);
      api = new ObjectsApi(connection);
    },
    check: async (subject, { olds, news, randomSeed }) => ({
      inputs: await checked(subject, olds, news, {
        randomSeed,
        connection: rendered() === undefined ? connection : undefined,
      }),
    }),
    diff: ({ type }, change) => diffObject(type, change, configuration),
    create: (subject, args) =>
      rendered()?.create(subject, args) ?? operations(subject).create(args),
    update: (subject, args) =>
      rendered()?.update(subject, args) ?? operations(subject).update(args),
    delete: (subject, args) =>
      rendered()?.delete(subject, args) ?? operations(subject).delete(args),
    read: async (subject, args) => {
      const written = await rendered()?.read(subject, args);
      if (written !== undefined) {
        return written;
      }
      const { type } = subject;
      const { id, inputs, outputs } = args;
      const { apiVersion, kind } = asObject({ ...outputs, ...inputs }, type);
      const live = await api.find({ apiVersion, kind, metadata: parseId(id) });
      const now = live && liveInputs(live, { type, inputs, outputs });
      return now && { id, outputs: outputsOf(live, now, outputs), inputs: now };
    },
    invoke: (token) => Promise.reject(notInStandIn(token, "kubernetes")),
    cancel: () => {
      interruption.abort();
    },
  });
}

/** Inputs with all that the program left to the provider: kind, name and, where there is a cluster, namespace. */
async function checked(
  { type, name }: Subject,
  olds: Properties,
  news: Properties,
  { randomSeed, connection }: { randomSeed: Buffer; connection: Connection | undefined },
): Promise<Properties> {
  const old = Object.keys(olds).length === 0 ? undefined : asObject(olds, type).metadata;
  const object = asObject(news, type);
  if (isUnknown(object.metadata)) {
    return news;
  }
  const { metadata, ...rest } = normalized(named(object, old, name, randomSeed));
  if (
    connection === undefined ||
    metadata.namespace !== undefined ||
    isNamespaced(object) !== true ||
    containsUnknown(object.kind)
  ) {
    return { ...rest, metadata };
  }
  return { ...rest, metadata: { ...metadata, namespace: await connection.namespace() } };
}
