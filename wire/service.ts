import type { handleUnaryCall, ServiceError } from "@grpc/grpc-js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import message from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { plain } from "../mask/plain.ts";
import { diffResponse } from "./diff-response.ts";
import type { EngineLog } from "./engine-log.ts";
import { toServiceError } from "./failure.ts";
import type { Change, CheckFailure, Plugin, Subject } from "./plugin.ts";
import { fromMarkedStruct, fromStruct, toStruct } from "./struct.ts";

/** What each call of the engine means to a plugin. A call that is not here is answered as unimplemented. */
export function providerService(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  return {
    ...lifecycle(plugin, log),
    ...configuration(plugin, log),
    ...planning(plugin, log),
    ...changes(plugin, log),
    ...lookups(plugin, log),
  };
}

function lifecycle(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  return {
    handshake: unary((request) => {
      log.attach(request.getEngineAddress());
      const response = new message.ProviderHandshakeResponse();
      response.setAcceptSecrets(plugin.marksSecrets ?? false);
      return response;
    }),
    attach: unary((request) => {
      log.attach(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(plugin.version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new message.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: plugin.name, version: plugin.version }));
      return response;
    }),
    cancel: unary(() => {
      plugin.cancel();
      return new emptyPb.Empty();
    }),
  };
}

function configuration(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  let noticed = plugin.notice === undefined;
  const diffConfig = plugin.diffConfig?.bind(plugin);
  return {
    checkConfig: unary(async (request) => {
      const response = new message.CheckResponse();
      response.setInputs(request.getNews());
      const olds = fromStruct(request.getOlds());
      const checked = await plugin.checkConfig?.(fromStruct(request.getNews()), olds);
      response.setFailuresList((checked?.failures ?? []).map(checkFailure));
      return response;
    }),
    configure: unary(async (request) => {
      if (!noticed) {
        noticed = true;
        log.of("").info(plugin.notice ?? "");
      }
      await plugin.configure(fromStruct(request.getArgs()));
      const response = new message.ConfigureResponse();
      response.setAcceptsecrets(plugin.marksSecrets ?? false);
      response.setSupportspreview(true);
      return response;
    }),
    // Without an answer of the plugin's own, the engine compares the configuration and replaces nothing.
    ...(diffConfig && {
      diffConfig: unary<message.DiffRequest, message.DiffResponse>((request) => {
        const olds = fromStruct(request.getOldInputs());
        const news = fromStruct(request.getNews());
        return diffResponse(diffConfig(olds, news), olds, news);
      }),
    }),
  };
}

function planning(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  const inputsOf = inputReader(plugin);
  return {
    check: unary(async (request) => {
      const { inputs, failures } = await plugin.check(subjectOf(request, log), {
        olds: fromStruct(request.getOlds()),
        news: inputsOf(request.getNews()),
        randomSeed: Buffer.from(request.getRandomseed_asU8()),
      });
      const response = new message.CheckResponse();
      response.setInputs(toStruct(inputs));
      response.setFailuresList((failures ?? []).map(checkFailure));
      return response;
    }, log),
    diff: unary(async (request) => {
      const change = changeOf(request);
      const diff = await plugin.diff(subjectOf(request, log), change);
      return diffResponse(diff, change.oldInputs, change.news);
    }, log),
  };
}

function changes(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  const inputsOf = inputReader(plugin);
  return {
    create: unary(async (request) => {
      const { id, outputs } = await plugin.create(subjectOf(request, log), {
        inputs: inputsOf(request.getProperties()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new message.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    }, log),
    update: unary(async (request) => {
      const outputs = await plugin.update(subjectOf(request, log), {
        ...changeOf(request),
        news: inputsOf(request.getNews()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new message.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    }, log),
    delete: unary(async (request) => {
      await plugin.delete(subjectOf(request, log), {
        id: request.getId(),
        outputs: fromStruct(request.getProperties()),
        inputs: fromStruct(request.getOldInputs()),
        timeoutSeconds: request.getTimeout(),
      });
      return new emptyPb.Empty();
    }, log),
  };
}

function lookups(plugin: Plugin, log: EngineLog): Partial<IResourceProviderServer> {
  const inputsOf = inputReader(plugin);
  return {
    read: unary(async (request) => {
      const found = await plugin.read(subjectOf(request, log), {
        id: request.getId(),
        outputs: fromStruct(request.getProperties()),
        inputs: inputsOf(request.getInputs()),
      });
      const response = new message.ReadResponse();
      if (found !== undefined) {
        response.setId(found.id);
        response.setProperties(toStruct(found.outputs));
        response.setInputs(
          found.inputs === undefined ? request.getInputs() : toStruct(found.inputs),
        );
      }
      return response;
    }, log),
    invoke: unary(async (request) => {
      const token = request.getTok();
      if (plugin.invoke === undefined) {
        throw new Error(`${plugin.name} ${plugin.version} has no function ${token}`);
      }
      const response = new message.InvokeResponse();
      response.setReturn(toStruct(await plugin.invoke(token, fromStruct(request.getArgs()))));
      return response;
    }, log),
  };
}

function inputReader({ marksSecrets = false }: Plugin): typeof fromStruct {
  return marksSecrets ? fromMarkedStruct : fromStruct;
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
  log?: EngineLog,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => {
      try {
        const response = await answer(call.request);
        await log?.flush();
        callback(null, response);
      } catch (error) {
        await log?.flush();
        callback(toServiceError(error) satisfies Partial<ServiceError>);
      }
    })();
  };
}

function subjectOf(
  request: { getUrn(): string; getType(): string; getName(): string },
  log: EngineLog,
): Subject {
  const urn = request.getUrn();
  return { urn, type: request.getType(), name: request.getName(), log: log.of(urn) };
}

function changeOf(request: message.DiffRequest | message.UpdateRequest): Change {
  return {
    id: request.getId(),
    oldInputs: fromStruct(request.getOldInputs()),
    oldOutputs: fromStruct(request.getOlds()),
    news: fromStruct(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function checkFailure({ property, reason }: CheckFailure): message.CheckFailure {
  const failure = new message.CheckFailure();
  failure.setProperty(property);
  failure.setReason(plain(reason));
  return failure;
}
