// A fake engine hands over the other stack's outputs and the registry's answers; that real stacks and registries
// give them is for test/e2e/environments.test.ts.
import * as pulumi from "@pulumi/pulumi";

import { Image, promote, type PromotionArgs, SlipwayProvider } from "../../components/index.ts";
import { ImageCopy } from "../../components/image/image-copy.ts";
import type { FoundStatements } from "../../contract/gate-statements.ts";
import type { ReleaseLook, ReleaseLooks } from "../../contract/release-looks.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { readySince } from "../../components/promotion/rules.ts";
import { deploy, inputsOf, only, valueOf } from "../support/engine.ts";
import { removeFolders } from "../support/folder.ts";
import { settingsOf, VALID } from "../support/stack-config.ts";

afterAll(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `dev.example.com/team/shop@${DIGEST}`;
const GATE = `dev.example.com/team/shop:gate-acceptance-${"a".repeat(32)}`;
const NOW = Date.parse("2026-11-21T12:00:00Z");
const record = {
  version: 1,
  commit: "9b1c",
  dirty: false,
  image: IMAGE,
  digest: DIGEST,
  verdict: "ready",
  reason: null,
  pods: [],
  startedAt: "2026-11-21T11:00:00.000Z",
  seconds: 2,
};
const services = { shop: { promote: true, port: 8080 } } as const;
const promotion = {
  stack: "dev",
  repository: "dev.example.com/team",
  soakSeconds: 0,
  gates: [],
};
const everything = { [IMAGE]: DIGEST, [GATE]: DIGEST };

beforeEach(() => jest.spyOn(Date, "now").mockReturnValue(NOW));

interface World {
  /** What the other stack's pods show, by service. */
  readonly looks?: ReleaseLooks;
  /** Of the other stack. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What lies beside the image. */
  readonly said?: Partial<FoundStatements>;
  /** Digests by reference; a text that is none is a fault. */
  readonly registry?: Readonly<Record<string, string>>;
}

async function promoted(
  {
    outputs = { releases: { shop: record } },
    registry = everything,
    looks = {},
    said = {},
  }: World = {},
  args: Partial<PromotionArgs> = {},
) {
  const asked: unknown[] = [];
  const answer = ({ inputs }: { readonly inputs: Record<string, unknown> }) => {
    asked.push(inputs);
    if ("releases" in inputs) {
      return { looks };
    }
    if ("keys" in inputs) {
      const images = inputs["images"] as string[];
      return { images: images.map((image) => ({ image, statements: [], unread: [], ...said })) };
    }
    const images = (inputs["references"] as string[]).map((reference) => {
      const told = registry[reference];
      return {
        reference,
        ...(told && { [told.startsWith("sha256:") ? "digest" : "fault"]: told }),
      };
    });
    return { images };
  };
  const { result } = await deploy(
    () => {
      const provider = new SlipwayProvider("slipway", { kubeconfig: "k", context: "c" });
      const all = { services, promoteFrom: promotion, registry: undefined, provider, ...args };
      return { done: promote(all).catch((error: unknown) => error) };
    },
    { answer, outputs: () => ({ outputs }) },
  );
  return { answered: await result.done, asked };
}

describe("a service that shares a build", () => {
  const both = (worker: object) => ({
    releases: { shop: record, worker: { ...record, ...worker } },
  });
  const worker = { promote: true, port: 1 } as const;

  test.each([
    ["its settings say whose image it is", { ...worker, of: "shop" }],
    ["that stack has proved the very same image for its owner", worker],
  ])("is promoted from its owner's repository if %s", async (_, service) => {
    const { answered } = await promoted(
      { outputs: both({}) },
      { services: { ...services, worker: service } },
    );
    expect(answered).toMatchObject({ worker: { promoted: IMAGE, of: "shop" } });
    expect(answered).toHaveProperty("shop.promoted", IMAGE);
    expect(answered).not.toHaveProperty("shop.of");
  });

  test("is not promoted from there if the owner has proved a different image, and its settings say nothing", async () => {
    const digest = `sha256:${"b".repeat(64)}`;
    const image = `dev.example.com/team/shop@${digest}`;
    const outputs = both({ image, digest });
    const registry = { ...everything, [image]: digest };
    const answer = async (service: typeof worker & { of?: string }) => {
      const { answered } = await promoted(
        { outputs, registry },
        { services: { ...services, worker: service } },
      );
      return answered;
    };
    expect(String(await answer(worker))).toContain(
      "releases.worker.image must be in dev.example.com/team/worker, got dev.example.com/team/shop; if dev is right to have it there, set promoteFrom.repository, or build.of to the service whose image it is",
    );
    expect(await answer({ ...worker, of: "shop" })).toMatchObject({ worker: { promoted: image } });
  });
});

test("takes the proved image with what it was built from, and nothing else", async () => {
  const { answered } = await promoted(
    {},
    { services: { shop: { ...services.shop, replicas: 3 } } },
  );
  expect(answered).toEqual({
    shop: {
      promote: true,
      port: 8080,
      replicas: 3,
      promoted: IMAGE,
      origin: { commit: "9b1c", dirty: false },
    },
  });
});

test("takes an image from where the settings say that this service has it", async () => {
  const image = `dev.example.com/elsewhere/shop-app@${DIGEST}`;
  const { answered } = await promoted(
    { outputs: { releases: { shop: { ...record, image } } }, registry: { [image]: DIGEST } },
    { promoteFrom: { ...promotion, repository: { shop: "dev.example.com/elsewhere/shop-app" } } },
  );
  expect(answered).toMatchObject({ shop: { promoted: image } });
});

test("asks nothing of a stack whose services all have their own images", async () => {
  const own = { shop: { image: IMAGE, port: 8080 } };
  const { answered, asked } = await promoted({}, { services: own, promoteFrom: undefined });
  expect(answered).toEqual(own);
  expect(asked).toEqual([]);
});

describe("a gate with a signer and an age", () => {
  const KEY = { name: "cosign.pub", fingerprint: "f".repeat(64), pem: "PEM" };
  const gates = ["acceptance", { name: "scan", withinSeconds: 86400, signedBy: [KEY] }];
  const scan = {
    digest: DIGEST,
    predicateType: "https://in-toto.io/attestation/vulns/v0.2",
    kind: "scan",
    gate: "scan",
    result: "passed",
    time: "2026-11-21T06:00:00Z",
    signers: [KEY.fingerprint],
    isSigned: true,
    waivers: [],
  } as const;
  const args = { promoteFrom: { ...promotion, gates } };

  test("is asked for with its keys, and what has passed is told with the image", async () => {
    const { answered, asked } = await promoted({ said: { statements: [scan] } }, args);
    expect(answered).toHaveProperty("shop.gates", [
      { name: "acceptance", at: null },
      {
        name: "scan",
        at: "2026-11-21T06:00:00.000Z",
        signedBy: "cosign.pub",
        until: "2026-11-22T06:00:00.000Z",
      },
    ]);
    expect(asked).toContainEqual({
      images: [IMAGE],
      keys: [{ fingerprint: KEY.fingerprint, pem: "PEM" }],
      answerSeconds: 120,
    });
  });

  test("is refused with all reasons of all gates at once, each with its remedy", async () => {
    const said = { statements: [{ ...scan, time: "2026-11-19T06:00:00Z" }] };
    const { answered } = await promoted({ said, registry: { [IMAGE]: DIGEST } }, args);
    expect((answered as Error).message.split("\n  ")).toEqual([
      "2 reasons not to promote from organization/slipway/dev",
      `releases.shop must have passed the gate acceptance, got no pass for ${DIGEST}; once it has: npx slipway gate pass acceptance --stack dev --service shop`,
      `releases.shop must have passed the gate scan, got a pass of 2026-11-19T06:00:00Z, and it may be 86400 s old at most for ${DIGEST}; pass it again: npx slipway gate run scan --stack dev --service shop --key <the private key> -- <command>`,
    ]);
  });

  test.each<[string | undefined, string]>([
    [
      undefined,
      "pass it: npx slipway gate run scan --stack dev --service shop --key <the private key> -- <command>",
    ],
    [
      "scan",
      "pass it: npx slipway gate run scan --stack dev --service shop --key <the private key> --kind scan --report <its report> -- <command>",
    ],
    [
      "https://cyclonedx.org/bom",
      "have it attested: cosign attest --type https://cyclonedx.org/bom --predicate <file> --key <the private key> <image>",
    ],
  ])("what is not there has never been passed, and needs the kind %s", async (kind, remedy) => {
    const asked = { name: "scan", withinSeconds: 60, signedBy: [KEY], ...(kind && { kind }) };
    const own = { promoteFrom: { ...promotion, gates: [asked] } };
    const { answered } = await promoted({}, own);
    expect((answered as Error).message).toBe(
      `not promoted from organization/slipway/dev: releases.shop must have passed the gate scan, got no pass for ${DIGEST}; ${remedy}`,
    );
  });

  test("a promotion without gates asks for no statements", async () => {
    const { asked } = await promoted();
    expect(asked).toEqual([{ references: [IMAGE] }]);
  });
});

test("logs in with this stack's own login, which goes to its own registry only", async () => {
  const registry = {
    repository: "prod.example.com/team",
    username: "ci",
    password: pulumi.secret("s3cret"),
  };
  const { asked } = await promoted({}, { registry });
  expect(asked).toEqual([
    {
      references: [IMAGE],
      login: { server: "prod.example.com", username: "ci", password: "s3cret" },
    },
  ]);
});

test("a preview whose provider is not known yet goes by the record alone", async () => {
  const { result } = await deploy(
    () => {
      const provider = new SlipwayProvider("slipway", { kubeconfig: "k", context: "c" });
      const args = { services, promoteFrom: promotion, registry: undefined, provider };
      return { done: promote(args) };
    },
    {
      preview: true,
      answer: () => ({}),
      outputs: () => ({ outputs: { releases: { shop: record } } }),
    },
  );
  expect(await result.done).toMatchObject({ shop: { promoted: IMAGE } });
});

describe("refuses a release", () => {
  const gated = { ...promotion, gates: ["acceptance"] };
  test.each<[string, Partial<ReleaseRecord> | Record<string, unknown>, object, World, string]>([
    [
      "that failed",
      { verdict: "failed", reason: "crash-loop" },
      {},
      {},
      'releases.shop.verdict must be "ready", got "failed" with the reason "crash-loop"; fix that stack and run its up first',
    ],
    [
      "of which it is not known what it was built from",
      { dirty: true },
      {},
      {},
      "releases.shop.dirty must be false, got true: its source had changes that are not in commit 9b1c; commit them and run that stack's up",
    ],
    [
      "that is too young",
      {},
      { soakSeconds: 7200 },
      {},
      "releases.shop must have been ready for 7200 s, got 3598 s; promote it after 2026-11-21T13:00:02.000Z",
    ],
    [
      "that lacks a gate",
      {},
      gated,
      { registry: { [IMAGE]: DIGEST } },
      `releases.shop must have passed the gate acceptance, got no pass for ${DIGEST}; once it has: npx slipway gate pass acceptance --stack dev --service shop`,
    ],
    [
      "whose gate another image has passed",
      {},
      gated,
      { registry: { [IMAGE]: DIGEST, [GATE]: `sha256:${"b".repeat(64)}` } },
      `releases.shop must have passed the gate acceptance, got no pass for ${DIGEST}`,
    ],
    [
      "whose record has another version",
      { version: 2 },
      {},
      {},
      "releases.shop.version must be 1, got 2; read what changed in docs/outputs.md",
    ],
    [
      "that the registry has lost",
      {},
      {},
      { registry: {} },
      `releases.shop.image must be in the registry, got nothing for ${IMAGE}; release it in dev again`,
    ],
    [
      "that the registry does not let it see",
      {},
      {},
      { registry: { [IMAGE]: "UNAUTHORIZED: authentication required" } },
      `releases.shop.image ${IMAGE} cannot be looked up: UNAUTHORIZED: authentication required`,
    ],
    [
      "that is not pinned",
      { image: "dev.example.com/team/shop:1" },
      {},
      { registry: { "dev.example.com/team/shop:1": DIGEST } },
      `releases.shop.image must be pinned by the digest "${DIGEST}", got "dev.example.com/team/shop:1"`,
    ],
  ])("%s", async (_, change, asks, world, reason) => {
    const { answered } = await promoted(
      { outputs: { releases: { shop: { ...record, ...change } } }, ...world },
      { promoteFrom: { ...promotion, ...asks } },
    );
    expect(pulumi.RunError.isInstance(answered)).toBe(true);
    expect((answered as Error).message).toContain(
      `not promoted from organization/slipway/dev: ${reason}`,
    );
  });

  test.each([
    ["of a different registry", "evil.example.com/team/shop"],
    ["of a different team", "dev.example.com/evil/shop"],
    ["of a different service", "dev.example.com/team/web"],
    ["below the service's own", "dev.example.com/team/shop/shop"],
  ])("whose record names the repository %s, before that is asked", async (_, repository) => {
    const image = `${repository}@${DIGEST}`;
    const { answered, asked } = await promoted(
      {
        outputs: { releases: { shop: { ...record, image } } },
        registry: { [image]: DIGEST, [`${repository}:gate-acceptance-${"a".repeat(32)}`]: DIGEST },
      },
      { promoteFrom: gated },
    );
    expect((answered as Error).message).toContain(
      `not promoted from organization/slipway/dev: releases.shop.image must be in dev.example.com/team/shop, got ${repository}; if dev is right to have it there, set promoteFrom.repository, or build.of to the service whose image it is`,
    );
    expect(asked).toEqual([]);
  });

  test("of a service that promoteFrom.repository does not name", async () => {
    const promoteFrom = { ...promotion, repository: { web: "dev.example.com/team/web" } };
    const { answered } = await promoted({}, { promoteFrom });
    expect((answered as Error).message).toContain(
      "releases.shop.image must be in the repository that promoteFrom.repository names for shop, which names none, got dev.example.com/team/shop",
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["an option", { image: `--tarball=/etc/passwd@${DIGEST}` }, "image must be pinned"],
    ["an option that looks like a host", { image: `--x.y/shop@${DIGEST}` }, "image must be pinned"],
    ["a login", { image: `user:pw@dev.example.com/shop@${DIGEST}` }, "image must be pinned"],
    ["a control", { image: `dev.example.com/\x1b[31mshop@${DIGEST}` }, "image must be pinned"],
    ["a look-alike", { image: `dev.example.com/te\u0430m/shop@${DIGEST}` }, "image must be pinned"],
    ["a way up", { image: `localhost/..//@${DIGEST}` }, "image must be pinned"],
    ["a name without end", { image: `${"a".repeat(100_000)}@${DIGEST}` }, "image must be pinned"],
    ["another digest", { digest: `sha256:${"b".repeat(64)}` }, "image must be pinned"],
    ["a short digest", { image: "dev.example.com/team/shop@sha256:a" }, "image must be pinned"],
    ["no text", { image: ["x"] }, "image must be pinned"],
    ["no truth value", { dirty: "no" }, 'dirty must be true or false, got "no"'],
    ["no commit", { commit: "\x1b]0;x" }, "commit must be null or the id of a commit"],
    ["no time", { startedAt: "soon" }, 'startedAt must be a time, got "soon"'],
    ["no number", { seconds: "2" }, 'seconds must be a number of seconds, got "2"'],
    ["no namespace", { namespace: "../kube-system" }, "namespace must be a namespace"],
    ["no list of pods", { pods: { length: 1 } }, "pods must be pods, got"],
    ["no pods", { pods: [null] }, "pods must be pods, got [null]"],
  ])(
    "whose record has %s, with one short line, before anybody is asked",
    async (_, change, says) => {
      const { answered, asked } = await promoted(
        { outputs: { releases: { shop: { ...record, ...change } } } },
        { promoteFrom: gated },
      );
      expect(pulumi.RunError.isInstance(answered)).toBe(true);
      const { message } = answered as Error;
      expect(message).toContain(
        `not promoted from organization/slipway/dev: releases.shop.${says}`,
      );
      expect(message.length).toBeLessThan(1000);
      expect(message).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
      expect(asked).toEqual([]);
    },
  );

  const pod = { name: "shop-1", readyAt: "2026-11-21T11:00:01.000Z" };
  const running = { ...record, namespace: "shop-dev", pods: [pod] };
  const looked = (look: ReleaseLook, soakSeconds: number, release: object = running) =>
    promoted(
      { outputs: { releases: { shop: release } }, looks: { shop: look } },
      { promoteFrom: { ...promotion, soakSeconds } },
    );

  test("whose pods are not ready any more, where they may be looked at", async () => {
    const fault = "pod shop-1: container shop is CrashLoopBackOff after 4 restarts";
    const { answered, asked } = await looked({ fault }, 0);
    expect((answered as Error).message).toContain(
      `releases.shop must be ready now, got ${fault}; fix dev and run its up first`,
    );
    expect(asked).toContainEqual({
      releases: { shop: { namespace: "shop-dev", digest: DIGEST, pods: [pod] } },
    });
  });

  test("whose pods were not ready for a part of the soak", async () => {
    const look = { readySince: "2026-11-21T11:59:00.000Z" };
    const { answered } = await looked(look, 3600);
    expect((answered as Error).message).toContain(
      "releases.shop must have been ready for 3600 s, got 60 s, for its pods have ceased to be ready since; promote it after 2026-11-21T12:59:00.000Z",
    );
    expect((await looked({}, 3500)).answered).toHaveProperty("shop");
    expect((await looked(look, 60)).answered).toHaveProperty("shop");
  });

  test("of a stack that was never deployed, or does not have the service", async () => {
    const never = await promoted({ outputs: {} });
    expect((never.answered as Error).message).toContain(
      'not promoted from organization/slipway/dev: the output "releases" must be there, got nothing; run that stack\'s up first',
    );
    const other = await promoted({ outputs: { releases: { web: record } } });
    expect((other.answered as Error).message).toContain(
      "releases.shop must be there, got nothing; that stack has web",
    );
  });

  test("with all reasons at once, of all services", async () => {
    const { answered } = await promoted(
      {
        outputs: { releases: { shop: { ...record, dirty: true, verdict: "failed" } } },
        registry: {},
      },
      { services: { ...services, web: services.shop } },
    );
    expect((answered as Error).message.split("\n")).toEqual([
      "4 reasons not to promote from organization/slipway/dev",
      expect.stringContaining("releases.shop.verdict must be"),
      expect.stringContaining("releases.shop.dirty must be"),
      expect.stringContaining("releases.shop.image must be in the registry"),
      expect.stringContaining("releases.web must be there"),
    ]);
  });
});

test("a new commit of the same content is as old as the pods that prove it", () => {
  const pod = { name: "p", imageID: "i", node: null, createdAt: null, scheduledAt: null };
  const ready = (readyAt: string | null) => ({ ...pod, pulledAt: null, startedAt: null, readyAt });
  const since = (pods: ReleaseRecord["pods"]) =>
    new Date(readySince({ ...(record as unknown as ReleaseRecord), pods })).toISOString();
  expect(since([])).toBe("2026-11-21T11:00:02.000Z");
  expect(since([ready(null), ready("2026-11-21T09:00:00Z"), ready("2026-11-21T10:00:00Z")])).toBe(
    "2026-11-21T09:00:00.000Z",
  );
  expect(since([ready("2026-11-21T11:30:00Z")])).toBe("2026-11-21T11:00:02.000Z");
});

describe("the image", () => {
  const source = { promoted: IMAGE, origin: { commit: "9b1c", dirty: false } };
  const image = (registry?: { repository: string }) =>
    deploy((opts) => new Image("shop", { source, registry }, opts), {
      outputs: () => ({ image: `prod.example.com/team/shop@${DIGEST}` }),
    });

  test.each([[undefined], [{ repository: "dev.example.com/team" }]])(
    "is used where it lies when this stack has no other repository (%j)",
    async (registry) => {
      const { result, declared } = await image(registry);
      expect(declared).toHaveLength(1);
      expect(await valueOf(result.ref)).toBe(IMAGE);
      expect(result.version).toBe("a".repeat(32));
      expect(result.source).toEqual({ commit: "9b1c", dirty: false, repository: undefined });
    },
  );

  test("is copied to this stack's own repository, and known there", async () => {
    const { result, declared } = await image({ repository: "prod.example.com/team" });
    expect(inputsOf(declared, ImageCopy)).toEqual({
      from: IMAGE,
      to: "prod.example.com/team/shop",
    });
    expect(only(declared, ImageCopy).opts.parent).toBe(result);
    expect(await valueOf(result.ref)).toBe(`prod.example.com/team/shop@${DIGEST}`);
  });

  test("is copied with a login that is kept as a secret", async () => {
    const registry = {
      repository: "prod.example.com/team",
      username: "ci",
      password: pulumi.secret("s3cret"),
    };
    const { declared } = await image(registry);
    expect(only(declared, ImageCopy).secrets).toEqual(["login"]);
  });
});

describe("settings", () => {
  const shop = { port: 8080 };
  const promoting = { ...VALID, promoteFrom: "dev", services: { shop } };

  test("a promoting stack needs no way to build, and ignores one", () => {
    expect(settingsOf(promoting).services).toEqual({ shop: { port: 8080, promote: true } });
    const gone = { shop: { build: { context: "no-such-folder" }, port: 8080 } };
    expect(settingsOf({ ...promoting, services: gone }).services).toEqual({
      shop: { port: 8080, promote: true },
    });
    expect(settingsOf(promoting).promoteFrom).toEqual({
      stack: "dev",
      repository: "registry.example.com/team",
      soakSeconds: 0,
      gates: [],
    });
  });

  test("a service with an image of its own keeps it", () => {
    const own = { shop: { ...shop, image: IMAGE } };
    expect(settingsOf({ ...promoting, services: own }).services).toEqual({
      shop: { port: 8080, image: IMAGE },
    });
  });

  test.each([
    [90, 90],
    ["90s", 90],
    ["30m", 1800],
    ["12h", 43200],
    ["2d", 172800],
    [31622400, 31622400],
    ["31622400s", 31622400],
    ["366d", 31622400],
  ])("a soak of %j is %d seconds", (soak, seconds) => {
    const repository = "dev.example.com/team";
    const promoteFrom = { stack: "acme/slipway/dev", repository, soak, gates: ["acceptance"] };
    expect(settingsOf({ ...promoting, promoteFrom }).promoteFrom).toEqual({
      stack: "acme/slipway/dev",
      repository,
      soakSeconds: seconds,
      gates: ["acceptance"],
    });
  });

  test.each([
    [31622401, "got 31622401; allowed: a whole number from 0 to 31622400"],
    ["31622401s", 'got "31622401s"; allowed: at most 366 days, which are 8784h'],
    ["99999h", 'got "99999h"; allowed: at most 366 days, which are 8784h'],
    ["999999d", 'got "999999d"; allowed: at most 366 days, which are 8784h'],
  ])("a soak is limited to the same time as a number and as a text: %j", (soak, message) => {
    const promoteFrom = { stack: "dev", soak };
    expect(() => settingsOf({ ...promoting, promoteFrom })).toThrow(
      `slipway:promoteFrom.soak: ${message}`,
    );
  });

  test.each<[string, unknown, RegExp]>([
    ["a soak of no known unit", { stack: "dev", soak: "1w" }, /promoteFrom/],
    ["a gate that is no name", { stack: "dev", gates: ["Not OK"] }, /promoteFrom/],
    ["a path in place of a stack", "../dev", /promoteFrom.*"\.\.\/dev".*such as dev|promoteFrom/],
  ])("%s is refused", (_, promoteFrom, message) => {
    expect(() => settingsOf({ ...promoting, promoteFrom })).toThrow(message);
  });

  test("gates, and a stack without a registry, need the repository of the other stack's images", () => {
    const missing =
      /slipway:promoteFrom\.repository: missing; needed with gates, and in a stack without registry\.repository: .*set it to that stack's registry\.repository/;
    const gated = { stack: "dev", gates: ["acceptance"] };
    expect(() => settingsOf({ ...promoting, promoteFrom: gated })).toThrow(missing);
    const { registry, ...without } = promoting;
    expect(registry).toBeDefined();
    expect(() => settingsOf(without)).toThrow(missing);
    const repository = "dev.example.com/team";
    const named = { ...without, promoteFrom: { ...gated, repository } };
    expect(settingsOf(named).promoteFrom).toMatchObject({ repository });
  });

  test("the repository may be named by service, and from the environment", () => {
    const promoteFrom = { stack: "dev", repository: { shop: "${HOST}/elsewhere/shop-app" } };
    const variables = { HOST: "dev.example.com" };
    expect(settingsOf({ ...promoting, promoteFrom }, { variables }).promoteFrom).toMatchObject({
      repository: { shop: "dev.example.com/elsewhere/shop-app" },
    });
  });

  test.each(["--tarball=x", "localhost/..//", "https://dev.example.com/team", "user:pw@dev/team"])(
    "%s is no repository",
    (repository) => {
      const promoteFrom = { stack: "dev", repository };
      expect(() => settingsOf({ ...promoting, promoteFrom })).toThrow(
        `slipway:promoteFrom.repository: got "${repository}"; allowed: a repository such as registry.example.com/team, without scheme, tag and digest`,
      );
    },
  );

  test("without promotion a service still needs an image", () => {
    expect(() => settingsOf({ ...promoting, promoteFrom: "" })).toThrow(/neither build nor image/);
  });

  test("a pin goes before every other source, with what its image was built from", () => {
    const pins = { shop: { image: IMAGE, commit: "9b1c0de" } };
    const pinned = { port: 8080, image: IMAGE, origin: { commit: "9b1c0de", dirty: false } };
    expect(settingsOf({ ...VALID, pins }).services).toEqual({ shop: pinned });
    expect(settingsOf({ ...promoting, pins }).services).toEqual({ shop: pinned });
    expect(settingsOf({ ...VALID, pins: {} }).services["shop"]).toHaveProperty("build");
  });

  test("a pin of a service that the stack does not have is refused", () => {
    expect(() => settingsOf({ ...VALID, pins: { web: { image: IMAGE } } })).toThrow(
      'slipway:pins.web: got "web"; allowed: one of shop; run npx slipway unpin',
    );
  });
});
