// Plays the engine over real gRPC; what the engine itself makes of the answers is proved in test/plugins.
import {
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import message from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { PartialFailure, type Plugin } from "../../wire/plugin.ts";
import { listen } from "../../wire/serve.ts";
import { secret, toStruct } from "../../wire/struct.ts";
import { CONTROLS, HOSTILE } from "../fixtures/hostile-text.ts";

const URN = "urn:pulumi:dev::shop::things:index:Thing::one";

/** Echoes what it is told; each test overrides the call that it is about. */
const echo: Plugin = {
  name: "things",
  version: "1.2.3",
  notice: "things 1.2.3: a stand-in",
  configure: () => undefined,
  check: (_subject, { news }) => ({ inputs: news }),
  diff: () => ({ changed: [] }),
  create: (_subject, { inputs }) => Promise.resolve({ id: "one", outputs: inputs }),
  read: (_subject, { id, outputs }) => Promise.resolve({ id, outputs }),
  update: (_subject, { news }) => Promise.resolve(news),
  delete: () => Promise.resolve(),
  cancel: () => undefined,
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) {
    close();
  }
});

async function serving(overrides: Partial<Plugin>, engineAddress?: string) {
  const { port, close } = await listen({ ...echo, ...overrides }, engineAddress);
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  closers.push(close);
  closers.push(() => {
    client.close();
  });
  return client;
}

function answer<Response>(
  call: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) {
        resolve(response);
      } else {
        reject(error);
      }
    });
  });
}

/** An engine that keeps the lines it is sent. */
async function engine(): Promise<{ address: string; lines: LogRequest.AsObject[] }> {
  const lines: LogRequest.AsObject[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log: (
      call: { request: LogRequest },
      callback: (error: null, response: emptyPb.Empty) => void,
    ) => {
      lines.push(call.request.toObject());
      callback(null, new emptyPb.Empty());
    },
  });
  closers.push(() => {
    server.forceShutdown();
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) {
        resolve(bound);
      } else {
        reject(error);
      }
    });
  });
  return { address: `127.0.0.1:${port}`, lines };
}

const struct = (value: object) => structPb.Struct.fromJavaScript(value as never);

function createRequest(properties: object): message.CreateRequest {
  const request = new message.CreateRequest();
  request.setUrn(URN);
  request.setType("things:index:Thing");
  request.setName("one");
  request.setTimeout(30);
  request.setProperties(struct(properties));
  return request;
}

test("keeps numbers, null, nested lists and unknowns on their way in and out", async () => {
  const properties = {
    count: 3,
    ratio: 0.25,
    none: null,
    off: false,
    lists: [[1, [null, "x"]], []],
    nested: { deep: { value: "" } },
    later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  };
  const seen: unknown[] = [];
  const client = await serving({
    create: (subject, args) => {
      seen.push(args, subject.type, subject.name, subject.urn);
      return Promise.resolve({ id: "one", outputs: { ...args.inputs, gone: undefined } });
    },
  });

  const response = await answer<message.CreateResponse>((done) =>
    client.create(createRequest(properties), done),
  );

  expect(seen).toEqual([
    { inputs: properties, preview: false, timeoutSeconds: 30 },
    "things:index:Thing",
    "one",
    URN,
  ]);
  expect(response.getId()).toBe("one");
  expect(response.getProperties()?.toJavaScript()).toEqual(properties);
});

test("gives a plugin secrets in plain and lets it mark an output as secret", async () => {
  const client = await serving({
    create: (_subject, { inputs }) =>
      Promise.resolve({ id: "one", outputs: { echoed: inputs["password"], made: secret("made") } }),
  });

  const response = await answer<message.CreateResponse>((done) =>
    client.create(createRequest({ password: [secret("hunter2")] }), done),
  );

  expect(response.getProperties()?.toJavaScript()).toEqual({
    echoed: ["hunter2"],
    made: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "made" },
  });
});

test("accepts no secrets, so that the engine marks outputs by itself", async () => {
  const client = await serving({});
  const handshake = await answer<message.ProviderHandshakeResponse>((done) =>
    client.handshake(new message.ProviderHandshakeRequest(), done),
  );
  const configure = await answer<message.ConfigureResponse>((done) =>
    client.configure(new message.ConfigureRequest(), done),
  );

  expect([handshake.getAcceptSecrets(), configure.getAcceptsecrets()]).toEqual([false, false]);
  expect(configure.getSupportspreview()).toBe(true);
});

test("accepts secrets for a plugin that marks them itself, whose inputs have the marks", async () => {
  const create = jest.fn().mockResolvedValue({ id: "one", outputs: {} });
  const client = await serving({ create, marksSecrets: true });
  const handshake = await answer<message.ProviderHandshakeResponse>((done) =>
    client.handshake(new message.ProviderHandshakeRequest(), done),
  );
  const configure = await answer<message.ConfigureResponse>((done) =>
    client.configure(new message.ConfigureRequest(), done),
  );
  expect([handshake.getAcceptSecrets(), configure.getAcceptsecrets()]).toEqual([true, true]);

  const inputs = { password: [secret("hunter2")] };
  await answer<message.CreateResponse>((done) => client.create(createRequest(inputs), done));
  expect(create.mock.calls).toMatchObject([[{}, { inputs }]]);
});

test("shows the plugin its configuration, secrets in plain", async () => {
  const configure = jest.fn();
  const client = await serving({ configure });
  const request = new message.ConfigureRequest();
  request.setArgs(struct({ context: "dev", token: secret("t") }));

  await answer<message.ConfigureResponse>((done) => client.configure(request, done));

  expect(configure).toHaveBeenCalledWith({ context: "dev", token: "t" });
});

test("tells for each changed path whether it came, went or differs, and what replaces", async () => {
  const client = await serving({
    diff: () => ({
      changed: ['data["a.b"]', "spec.list[1].image", "added", "removed"],
      replaces: ["removed", "name"],
      deleteBeforeReplace: true,
    }),
  });
  const request = new message.DiffRequest();
  request.setOldInputs(
    struct({ data: { "a.b": 1 }, spec: { list: [{}, { image: "a" }] }, removed: 1, name: "a" }),
  );
  request.setNews(
    struct({ data: { "a.b": 2 }, spec: { list: [{}, { image: "b" }] }, added: 1, name: "b" }),
  );

  const response = (
    await answer<message.DiffResponse>((done) => client.diff(request, done))
  ).toObject();

  const { ADD, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = message.PropertyDiff.Kind;
  expect(response).toMatchObject({
    changes: message.DiffResponse.DiffChanges.DIFF_SOME,
    diffsList: ["data", "spec", "added", "removed", "name"],
    replacesList: ["removed", "name"],
    deletebeforereplace: true,
    hasdetaileddiff: true,
  });
  expect(
    Object.fromEntries(response.detaileddiffMap.map(([path, { kind }]) => [path, kind])),
  ).toEqual({
    'data["a.b"]': UPDATE,
    "spec.list[1].image": UPDATE,
    added: ADD,
    removed: DELETE_REPLACE,
    name: UPDATE_REPLACE,
  });
});

test("says that nothing changed", async () => {
  const client = await serving({});
  const response = await answer<message.DiffResponse>((done) =>
    client.diff(new message.DiffRequest(), done),
  );
  expect(response.getChanges()).toBe(message.DiffResponse.DiffChanges.DIFF_NONE);
});

test("names the inputs that a check refuses", async () => {
  const client = await serving({
    check: (_subject, { news }) => ({
      inputs: news,
      failures: [{ property: "length", reason: "must be at least 1, got 0" }],
    }),
  });
  const response = await answer<message.CheckResponse>((done) =>
    client.check(new message.CheckRequest(), done),
  );
  expect(response.toObject().failuresList).toEqual([
    { property: "length", reason: "must be at least 1, got 0" },
  ]);
});

test("tells why the plugin does not take its configuration", async () => {
  const failures = [{ property: "", reason: "the cluster cannot be asked" }];
  const client = await serving({ checkConfig: (inputs) => Promise.resolve({ inputs, failures }) });
  const response = await answer<message.CheckResponse>((done) =>
    client.checkConfig(new message.CheckRequest(), done),
  );
  expect(response.toObject().failuresList).toEqual(failures);
});

test("hands a plugin its configuration beside the one of before", async () => {
  const asked: unknown[] = [];
  const client = await serving({
    checkConfig: (news, olds) => {
      asked.push({ news, olds });
      return Promise.resolve({ inputs: news });
    },
  });
  const request = new message.CheckRequest();
  request.setNews(toStruct({ context: "new" }));
  request.setOlds(toStruct({ context: "old" }));
  await answer<message.CheckResponse>((done) => client.checkConfig(request, done));
  await answer<message.CheckResponse>((done) =>
    client.checkConfig(new message.CheckRequest(), done),
  );
  expect(asked).toEqual([
    { news: { context: "new" }, olds: { context: "old" } },
    { news: {}, olds: {} },
  ]);
});

test("keeps a resource that exists but failed: id, outputs and reasons travel with the error", async () => {
  const client = await serving({
    create: () =>
      Promise.reject(
        new PartialFailure("not ready", "one", { replicas: 1 }, ["pod a: crash", "pod b"]),
      ),
  });

  const error = await answer<message.CreateResponse>((done) =>
    client.create(createRequest({}), done),
  ).catch((thrown: unknown) => thrown);

  const { details, metadata } = error as { details: string; metadata: Metadata };
  expect(details).toBe("not ready");
  const status = statusPb.Status.deserializeBinary(
    metadata.get("grpc-status-details-bin")[0] as Buffer,
  );
  const resource = message.ErrorResourceInitFailed.deserializeBinary(
    status.getDetailsList()[0]?.getValue_asU8() ?? new Uint8Array(),
  );
  expect(resource.getId()).toBe("one");
  expect(resource.getProperties()?.toJavaScript()).toEqual({ replicas: 1 });
  expect(resource.getReasonsList()).toEqual(["pod a: crash", "pod b"]);
});

test("a failure, its reasons and a refused input reach the engine without what a terminal obeys", async () => {
  const client = await serving({
    create: () => Promise.reject(new PartialFailure(HOSTILE, "one", {}, [HOSTILE])),
    check: (_subject, { news }) => ({
      inputs: news,
      failures: [{ property: "length", reason: HOSTILE }],
    }),
  });
  const error = await answer<message.CreateResponse>((done) =>
    client.create(createRequest({}), done),
  ).catch((thrown: unknown) => thrown);
  const { details, metadata } = error as { details: string; metadata: Metadata };
  const status = statusPb.Status.deserializeBinary(
    metadata.get("grpc-status-details-bin")[0] as Buffer,
  );
  const { reasonsList } = message.ErrorResourceInitFailed.deserializeBinary(
    status.getDetailsList()[0]?.getValue_asU8() ?? new Uint8Array(),
  ).toObject();
  const checked = await answer<message.CheckResponse>((done) =>
    client.check(new message.CheckRequest(), done),
  );
  const [refused] = checked.toObject().failuresList;
  for (const text of [details, status.getMessage(), ...reasonsList, refused?.reason]) {
    expect(text).toContain("link nul bell over it");
    expect(text).not.toMatch(CONTROLS);
  }
});

test("an error is its message alone, without a stack", async () => {
  const client = await serving({
    update: () => Promise.reject(new Error("field x: got 1, allowed: 2")),
  });
  const failed = answer<message.UpdateResponse>((done) =>
    client.update(new message.UpdateRequest(), done),
  );
  await expect(failed).rejects.toMatchObject({ details: "field x: got 1, allowed: 2" });
});

test("a function that the plugin does not have is refused by name", async () => {
  const client = await serving({});
  const request = new message.InvokeRequest();
  request.setTok("things:index:getThing");
  await expect(
    answer<message.InvokeResponse>((done) => client.invoke(request, done)),
  ).rejects.toMatchObject({
    details: "things 1.2.3 has no function things:index:getThing",
  });
});

test("a resource that is gone reads as no id; one that is there keeps its inputs", async () => {
  const gone = await serving({ read: () => Promise.resolve(undefined) });
  const there = await serving({});
  const request = new message.ReadRequest();
  request.setId("one");
  request.setProperties(struct({ a: 1 }));
  request.setInputs(struct({ b: 2 }));

  expect((await answer<message.ReadResponse>((done) => gone.read(request, done))).getId()).toBe("");
  const found = await answer<message.ReadResponse>((done) => there.read(request, done));
  expect([
    found.getId(),
    found.getProperties()?.toJavaScript(),
    found.getInputs()?.toJavaScript(),
  ]).toEqual(["one", { a: 1 }, { b: 2 }]);
});

test("logs reach the engine in order and before the resource is done, with its urn", async () => {
  const { address, lines } = await engine();
  const client = await serving(
    {
      create: ({ log }) => {
        log.info("first");
        log.warn("\x1b[31msecond\x07");
        log.status("third");
        return Promise.resolve({ id: "one", outputs: {} });
      },
    },
    address,
  );

  await answer<message.CreateResponse>((done) => client.create(createRequest({}), done));

  expect(
    lines.map(({ message: text, urn, ephemeral, severity }) => [text, urn, ephemeral, severity]),
  ).toEqual([
    ["first", URN, false, 1],
    ["second", URN, false, 2],
    ["third", URN, true, 1],
  ]);
});

test("prints its notice once, however many providers are configured", async () => {
  const { address, lines } = await engine();
  const client = await serving({}, address);

  await answer<message.ConfigureResponse>((done) =>
    client.configure(new message.ConfigureRequest(), done),
  );
  await answer<message.ConfigureResponse>((done) =>
    client.configure(new message.ConfigureRequest(), done),
  );
  await answer<message.CreateResponse>((done) => client.create(createRequest({}), done));

  expect(lines.map(({ message: text, urn }) => [text, urn])).toEqual([
    ["things 1.2.3: a stand-in", ""],
  ]);
});

test("hands on an interruption", async () => {
  const cancel = jest.fn();
  const client = await serving({ cancel });
  await answer<emptyPb.Empty>((done) => client.cancel(new emptyPb.Empty(), done));
  expect(cancel).toHaveBeenCalledTimes(1);
});
