// Runs the commands without a stack: what they do to one is for test/e2e/environments.test.ts.
import { existsSync } from "node:fs";

import { KubeConfig } from "@kubernetes/client-node";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";

import { remedyAfter } from "../../cli/aftermath.ts";
import { clusterSettingOf } from "../../cli/cluster-setting.ts";
import { earlierRelease } from "../../cli/earlier.ts";
import { engineFailure } from "../../cli/engine-failure.ts";
import { CommandFailure, EXIT_CODE } from "../../cli/exit-code.ts";
import { knownReleases, lookedAt, withFound, withKnown } from "../../cli/known-release.ts";
import { kubeconfigWith } from "../../cli/kubeconfig.ts";
import { lastLook, type PastRun } from "../../cli/last-look.ts";
import { serviceOf, slipwayOutputs } from "../../cli/outputs.ts";
import { type Pin, pinOf, pinsOf, sharersOf, withoutPins, withPin } from "../../cli/pins.ts";
import { failureOf, release } from "../../cli/release.ts";
import { assertApart, writeResult } from "../../cli/result-file.ts";
import { change, wantedOf } from "../../cli/rollback.ts";
import type { StateResource } from "../../cli/recover/engine-state.ts";
import { type ServiceStatus, statusOf, words as statusWords } from "../../cli/status.ts";
import { age, table } from "../../cli/words.ts";
import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { CHECKOUT, KUBECONFIG } from "../support/stack-config.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const entry = (letter: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  commit: letter.repeat(40),
  dirty: false,
  image: `registry.example.com/shop@${digest(letter)}`,
  digest: digest(letter),
  manifestHash: digest("0"),
  verdict: "ready",
  reason: null,
  startedAt: "2026-11-21T10:00:00.000Z",
  seconds: 2,
  ...more,
});
const record = (letter: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord =>
  ({ version: 1, ...entry(letter), running: null, ...more }) as ReleaseRecord;

function failureOfCall(call: () => unknown): CommandFailure {
  try {
    call();
  } catch (error) {
    if (error instanceof CommandFailure) {
      return error;
    }
  }
  throw new Error("the call has not failed");
}

describe("the release to go back to", () => {
  const failed = { verdict: "failed", reason: "crash-loop" } as const;
  const history = [
    entry("d", failed),
    entry("c"),
    entry("b", failed),
    entry("a", { manifestHash: digest("1") }),
    entry("a"),
  ];
  const back = (wanted: Parameters<typeof earlierRelease>[3], current = "d") =>
    earlierRelease("shop", { digest: digest(current) }, history, wanted).digest;

  test("is by steps over other images that were ready, whatever failed between them", () => {
    expect(back({ steps: 1 })).toBe(digest("c"));
    expect(back({ steps: 2 })).toBe(digest("a"));
    expect(back({ steps: 1 }, "c")).toBe(digest("a"));
  });

  test("is by its digest, or the start of it", () => {
    expect(back({ to: digest("a") })).toBe(digest("a"));
    expect(back({ to: "sha256:aaaa" })).toBe(digest("a"));
    expect(back({ to: "aaaa" })).toBe(digest("a"));
  });

  test.each<[Parameters<typeof earlierRelease>[3], string]>([
    [{ steps: 3 }, "--steps: got 3; allowed: 1 to 2; see npx slipway history --service shop"],
    [
      { to: "eeee" },
      '--to: got "eeee"; allowed: sha256:dddddddddddd, sha256:cccccccccccc, sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa; see npx slipway history --service shop',
    ],
    [
      { to: "bbbb" },
      '--to: got "bbbb", which failed with crash-loop; allowed: a release that was ready; see npx slipway history --service shop',
    ],
    [{ to: "" }, '--to: got ""; allowed: sha256:dddddddddddd, sha256:cccccccccccc'],
  ])("%j is bad input", (wanted, message) => {
    const failure = failureOfCall(() => back(wanted));
    expect(failure.message).toContain(message);
    expect(failure.exitCode).toBe(EXIT_CODE.badInput);
  });

  test("is none where nothing else was ready", () => {
    const only = () => earlierRelease("shop", { digest: digest("a") }, [entry("a")], { steps: 1 });
    expect(failureOfCall(only).message).toContain("no other image of shop was ready before");
    expect(failureOfCall(only).message).toBe(
      "shop has no earlier release to go back to: no other image of shop was ready before; see npx slipway history --service shop",
    );
    expect(failureOfCall(only).exitCode).toBe(EXIT_CODE.badInput);
  });
});

describe("pins", () => {
  const settings = [
    "# who to ask: the shop's team",
    "config:",
    "  slipway:namespace: shop # never change it",
    "  slipway:services:",
    "    shop: { port: 8080 }",
    "encryptionsalt: v1:x",
    "",
  ].join("\n");

  test("are written with comments and everything else left as they are, and go without a trace", () => {
    const pinned = withPin("shop", pinOf(entry("a")))(settings);
    expect(pinned).toBe(
      settings.replace(
        "encryptionsalt",
        `  slipway:pins:\n    shop:\n      image: ${entry("a").image}\n      commit: ${"a".repeat(40)}\nencryptionsalt`,
      ),
    );
    expect(withoutPins(["shop"])(pinned)).toBe(settings);
  });

  test("of one service leave those of others", () => {
    const both = withPin("web", pinOf(entry("b")))(withPin("shop", pinOf(entry("a")))(settings));
    expect(Object.keys(pinsOf(withoutPins(["shop"])(both)))).toEqual(["web"]);
  });

  test("names the services that run the image of the one that goes back", () => {
    const text = (more: string) =>
      `config:\n${more}  slipway:services:\n    web: { build: { context: web } }\n    worker: { build: { of: web } }\n    other: { build: { context: x } }\n`;
    expect(sharersOf(text(""), "web")).toEqual(["worker"]);
    expect(sharersOf(text(""), "worker")).toEqual([]);
    expect(sharersOf(text("  slipway:pins: { worker: { image: x } }\n"), "web")).toEqual([]);
    expect(sharersOf(text("  slipway:promoteFrom: dev\n"), "web")).toEqual([]);
    expect(sharersOf("config: { slipway:services: services.yaml }\n", "web")).toEqual([]);
  });

  test("say of a release without commit, or with changes beside it, that it is so", () => {
    expect(pinOf(entry("a", { commit: null }))).toEqual({ image: entry("a").image });
    expect(pinOf(entry("a", { dirty: true }))).toMatchObject({ dirty: true });
  });

  test("a commit of digits alone stays a text", () => {
    const text = withPin("shop", pinOf(entry("1")))(settings);
    expect(pinsOf(text)["shop"]?.commit).toBe("1".repeat(40));
  });

  test("of settings that are not YAML are not touched", () => {
    expect(failureOfCall(() => withPin("shop", pinOf(entry("a")))("a: [")).message).toMatch(
      /^the stack's settings are not YAML/,
    );
  });
});

test("from a pin, a rollback goes only where it is told: what was gone back to is the newest of the history", () => {
  const pin = pinOf(entry("a"));
  expect(wantedOf("shop", {}, undefined)).toEqual({ steps: 1 });
  expect(wantedOf("shop", { to: "bbbb" }, pin)).toEqual({ to: "bbbb" });
  expect(failureOfCall(() => wantedOf("shop", { steps: 2 }, pin)).message).toBe(
    `--to: missing, and shop is pinned at ${entry("a").image} already; allowed: a digest of npx slipway history --service shop; or run npx slipway unpin first`,
  );
});

test("a rollback shows what it will change", () => {
  jest.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-21T13:00:00Z"));
  expect(change("shop", record("b", { verdict: "failed" }), entry("a"), "Pulumi.prod.yaml")).toBe(
    [
      "shop: sha256:bbbbbbbbbbbb (commit bbbbbbbbbbbb, failed)",
      "    → sha256:aaaaaaaaaaaa (commit aaaaaaaaaaaa, ready 3h ago)",
      `Pulumi.prod.yaml: slipway:pins.shop.image becomes registry.example.com/shop@${digest("a")}`,
    ].join("\n"),
  );
});

describe("a status", () => {
  const failed = { verdict: "failed", reason: "crash-loop" } as const;
  const running = (letter: string, manifests = "0") =>
    ({ digest: digest(letter), manifestHash: digest(manifests) }) as ReleaseRecord["running"];
  const of = (more: Partial<ReleaseRecord> = {}, pin?: Pin) =>
    statusOf("shop", record("b", more), pin, { stack: "dev" });
  const shown = (status: ServiceStatus) =>
    statusWords([status], Date.parse("2026-11-21T12:00:02.000Z"));

  test("tells what runs in place of what is desired", () => {
    expect(of()).toMatchObject({ runs: digest("b"), pin: null });
    expect(of({ ...failed, running: running("a") }).runs).toBe(digest("a"));
    expect(of(failed).runs).toBeNull();
    expect(of({}, { image: "x@y" }).pin).toBe("x@y");
  });

  test("tells settings that were put back from the same image", () => {
    expect(shown(of())).toContain("  as desired  ");
    expect(shown(of({ ...failed, running: running("a") }))).toContain("  sha256:aaaaaaaaaaaa  ");
    expect(shown(of({ ...failed, running: running("b", "1") }))).toContain(
      "same image, earlier settings (manifests sha256:111111111111, asked for sha256:000000000000)",
    );
  });

  test("says how old its knowledge is", () => {
    expect(of().foundAt).toBe("2026-11-21T10:00:02.000Z");
    expect(shown(of())).toContain("2h ago");
  });

  test("tells the warnings of a ready release, of which earlier records have none", () => {
    expect(of().warnings).toEqual([]);
    expect(shown(of({ warnings: ["its readiness probe is redirected"] }))).toMatch(
      /\nshop: warning: its readiness probe is redirected$/,
    );
  });

  test("says what creates lost objects again", () => {
    expect(shown(of({ ...failed, reason: "deployment-missing" }))).toContain(
      "\nshop: pulumi up --refresh --stack dev creates what is gone again",
    );
    expect(of(failed).remedy).toBeNull();
  });
});

describe("what a refresh has found", () => {
  const crashed = record("a", { verdict: "failed", reason: "crash-loop" });
  const resource = (release: unknown, more: Partial<StateResource> = {}): StateResource => ({
    urn: "urn:pulumi:dev::slipway::slipway:index:Release$slipway:index:Readiness::shop",
    type: RESOURCES.Readiness,
    outputs: { service: "shop", release, history: [entry("a")] },
    modified: "2026-11-21T11:00:00.000Z",
    ...more,
  });

  test("takes the place of what the last up wrote into the stack's outputs", () => {
    const outputs = slipwayOutputs("dev", {
      releases: { value: { shop: record("a"), web: record("b") }, secret: false },
    });
    const known = knownReleases({ resources: [resource(crashed)] });
    expect(withKnown(outputs, known).releases).toEqual({ shop: crashed, web: record("b") });
    expect(withKnown(outputs, known).history).toEqual({ shop: [entry("a")] });
    expect(known[0]?.foundAt).toBe("2026-11-21T11:00:00.000Z");
  });

  test("is as old as the last refresh of the whole stack, which leaves no other trace if nothing is new", () => {
    const run = (minute: number, more: Partial<PastRun> = {}): PastRun => ({
      kind: "refresh",
      result: "succeeded",
      startTime: `2026-11-21T11:${minute}:00.000Z`,
      ...more,
    });
    const flag = (option: string) => ({ environment: { [`pulumi.flag.${option}`]: "set" } });
    const others = [
      run(50, { kind: "update" }),
      run(51, { result: "failed" }),
      run(52, { result: "in-progress" }),
      run(53, flag("target")),
      run(54, flag("exclude")),
      run(55, { kind: "destroy", ...flag("refresh") }),
      run(56, { startTime: "" }),
    ];
    expect(lastLook([])).toBeUndefined();
    expect(lastLook(others)).toBeUndefined();
    expect(lastLook([...others, run(20), run(10)])).toBe("2026-11-21T11:20:00.000Z");
    const up = run(30, { kind: "update", ...flag("refresh") });
    expect(lastLook([...others, up, run(20)])).toBe("2026-11-21T11:30:00.000Z");

    const known = knownReleases({ resources: [resource(crashed)] });
    const foundAt = (time?: string) => lookedAt(known, time)[0]?.foundAt;
    expect(foundAt()).toBe("2026-11-21T11:00:00.000Z");
    expect(foundAt("2026-11-21T10:59:00.000Z")).toBe("2026-11-21T11:00:00.000Z");
    expect(foundAt("2026-11-21T11:01:00.000Z")).toBe("2026-11-21T11:01:00.000Z");
  });

  test("is written into the stack's outputs, and nothing else", () => {
    const type = "pulumi:pulumi:Stack";
    const shop = { releases: { shop: record("a") }, history: { shop: [] } };
    const outputs = { ...shop, namespace: "shop-dev" };
    const state = { resources: [resource(outputs, { type, outputs }), resource(crashed)] };
    expect(withFound(state).resources?.[0]?.outputs).toEqual({
      releases: { shop: crashed },
      history: { shop: [entry("a")] },
      namespace: "shop-dev",
    });
    expect(withFound(state).resources?.[1]).toEqual(state.resources[1]);
    const other = { resources: [resource({}, { type, outputs: {} }), resource(crashed)] };
    expect(withFound(other)).toEqual(other);
  });

  test("is nothing of other resources, of deleted ones, or of ones without a record", () => {
    const resources = [
      resource(crashed, { type: RESOURCES.ObjectReadiness }),
      resource(crashed, { delete: true }),
      resource(undefined),
    ];
    expect(knownReleases({ resources })).toEqual([]);
  });
});

test("a release that failed has another exit code where the one before runs again", () => {
  const failed = { verdict: "failed", reason: "crash-loop" } as const;
  const running = (verdict: "ready" | "failed") => ({ verdict }) as ReleaseRecord["running"];
  const code = (...states: readonly Partial<ReleaseRecord>[]) =>
    failureOf(Object.fromEntries(states.map((state, at) => [`s${at}`, record("a", state)])), "dev")
      ?.exitCode;
  expect(code({ ...failed, running: running("ready") })).toBe(EXIT_CODE.rolledBack);
  expect(code({ ...failed, running: running("failed") })).toBe(EXIT_CODE.releaseFailed);
  expect(code(failed)).toBe(EXIT_CODE.releaseFailed);
  expect(code({ ...failed, running: running("ready") }, failed)).toBe(EXIT_CODE.releaseFailed);
  expect(code({ ...failed, running: running("ready") }, {})).toBe(EXIT_CODE.rolledBack);
  expect(code({})).toBeUndefined();
  expect(code()).toBeUndefined();
});

describe("an up that fails", () => {
  const crashed = { verdict: "failed", reason: "crash-loop", startedAt: "now" } as const;
  const rolledBack = { ...crashed, running: { verdict: "ready" } as ReleaseRecord["running"] };
  /** What the engine tells once the provider has answered. */
  const verdictOf = (name: string, release: Partial<ReleaseRecord>, type = RESOURCES.Readiness) => {
    const urn = `urn:pulumi:dev::slipway::slipway:index:Release$${type}::${name}`;
    const metadata = { type, urn, op: "update", new: { outputs: { release } } };
    return { resOutputsEvent: { metadata } } as object as EngineEvent;
  };
  const failureWith = async (
    said: string,
    events: readonly EngineEvent[],
    releases?: Readonly<Record<string, ReleaseRecord>>,
  ): Promise<unknown> => {
    const stack: Parameters<typeof release>[0] = {
      name: "dev",
      up: (hears, onEvent) => {
        hears(said);
        for (const event of events) {
          onEvent(event);
        }
        return Promise.resolve({ succeeded: false, said });
      },
      outputs: () =>
        Promise.resolve().then(() =>
          slipwayOutputs("dev", releases ? { releases: { value: releases, secret: false } } : {}),
        ),
    };
    return release(stack, { json: true }).catch((error: unknown) => error);
  };
  beforeEach(() => void jest.spyOn(process.stderr, "write").mockReturnValue(true));
  afterEach(() => jest.restoreAllMocks());
  const fault = { exitCode: EXIT_CODE.fault, message: "pulumi up failed; what it said is above" };

  test("ends with what became of its releases, whatever the words were", async () => {
    const mail = record("b", { startedAt: "now" });
    const events = [verdictOf("shop", rolledBack), verdictOf("mail", mail)];
    expect(await failureWith("", events, { shop: record("a", rolledBack), mail })).toMatchObject({
      exitCode: EXIT_CODE.rolledBack,
      message: "failed and rolled back: shop (crash-loop); what ran before runs again",
    });
    expect(await failureWith("", events, { shop: record("a", crashed), mail })).toMatchObject({
      exitCode: EXIT_CODE.releaseFailed,
    });
  });

  test("is a fault where no release failed, whatever a service's log says", async () => {
    const ready = record("a", { startedAt: "now" });
    const said = "1 of 1 release failed: shop (crash-loop); what was found";
    const events = [verdictOf("shop", ready)];
    expect(await failureWith(said, events, { shop: ready })).toMatchObject(fault);
    expect(await failureWith(said, [], { shop: ready })).toMatchObject(fault);
    expect(await failureWith(said, events, {})).toMatchObject(fault);
    expect(await failureWith(said, events)).toMatchObject(fault);
  });

  test("is a fault where the failed release is that of the run before", async () => {
    const before = { shop: record("a", { ...rolledBack, startedAt: "before" }) };
    expect(await failureWith("", [], before)).toMatchObject(fault);
    expect(await failureWith("", [verdictOf("shop", crashed)], before)).toMatchObject(fault);
    const other = verdictOf("shop", before.shop, RESOURCES.ObjectReadiness as never);
    expect(await failureWith("", [other], before)).toMatchObject(fault);
  });

  test("is the release's where the run judged it as the run before", async () => {
    const before = { shop: record("a", { ...rolledBack, startedAt: "before" }) };
    expect(await failureWith("", [verdictOf("shop", before.shop)], before)).toMatchObject({
      exitCode: EXIT_CODE.rolledBack,
    });
  });

  test("says how to recover where a killed run left something behind", async () => {
    expect(await failureWith("the stack is currently locked", [])).toMatchObject({
      message: `${fault.message}; if an earlier run was killed, run npx slipway recover --stack dev`,
    });
  });
});

describe("what pulumi could not do", () => {
  const failed = (stderr: string): Error =>
    Object.assign(new Error(`code: -2\n stdout: \n stderr: ${stderr}\n err?: ${stderr}\n`), {
      commandResult: { stderr },
    });
  const listed = (words: string) =>
    failed(`Command failed with exit code 3: pulumi stack ls --json --non-interactive\n${words}`);

  test.each([
    [
      "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
      "pulumi stack ls failed: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions; run pulumi login, or set PULUMI_BACKEND_URL to where the state is kept",
    ],
    [
      'SDK WARN falling back\nerror: unable to open state directory "file:///gone": stat /gone: no such file or directory\n',
      'pulumi stack ls failed: unable to open state directory "file:///gone": stat /gone: no such file or directory; check PULUMI_BACKEND_URL and the access to it, or run pulumi login, or set PULUMI_BACKEND_URL to where the state is kept',
    ],
    [
      'error: unable to open bucket "s3://gone": forbidden',
      'pulumi stack ls failed: unable to open bucket "s3://gone": forbidden; check PULUMI_BACKEND_URL and the access to it, or run pulumi login, or set PULUMI_BACKEND_URL to where the state is kept',
    ],
    [
      "error: \n=====\nLegacy DIY state is deprecated, upgrade it using:\n'pulumi state upgrade'\n\n=====",
      "pulumi stack ls failed: Legacy DIY state is deprecated, upgrade it using:; 'pulumi state upgrade'; run pulumi state upgrade once, as docs/state.md says",
    ],
    [
      "error: one\nerror: one\nerror: two",
      "pulumi stack ls failed: one; two; see what it says when you run it by itself",
    ],
  ])("is one line with the remedy: %s", (words, message) => {
    expect(engineFailure(listed(words))).toMatchObject({ message, exitCode: EXIT_CODE.fault });
  });

  test("is a missing pulumi, too", () => {
    expect(engineFailure(failed("spawn pulumi ENOENT"))?.message).toBe(
      "pulumi failed: spawn pulumi ENOENT; pulumi must be on the PATH: run npm ci, and the command as npx slipway",
    );
  });

  test("is no other error", () => {
    expect(engineFailure(new Error("code: -2"))).toBeUndefined();
  });
});

describe("a result", () => {
  test("named - goes to standard output, and no file is called so", async () => {
    const written = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    await writeResult("--comment", "-", "the comment");
    expect(written).toHaveBeenCalledWith("the comment");
    written.mockRestore();
    expect(existsSync("-")).toBe(false);
  });

  test.each([
    [{ "--html": "-", "--markdown": "-" }, {}, "--markdown"],
    [{ "--comment": "-" }, { json: true }, "--json"],
  ] as const)("%j beside another one on standard output is refused", (files, options, other) => {
    expect(
      failureOfCall(() => {
        assertApart(files, options);
      }),
    ).toMatchObject({
      exitCode: EXIT_CODE.badInput,
      message: expect.stringContaining(
        `: got "-", and ${other} prints to standard output, too; allowed: one of them`,
      ) as string,
    });
    expect(() => {
      assertApart({ "--html": "page", "--markdown": "-" }, {});
    }).not.toThrow();
  });

  test("that cannot be written says where it may go", async () => {
    await expect(writeResult("--html", "/gone/page.html", "")).rejects.toMatchObject({
      exitCode: EXIT_CODE.badInput,
      message:
        '--html: got "/gone/page.html", which cannot be written (ENOENT); allowed: a file in a folder that exists, or - for standard output',
    });
  });
});

test("a run says what to do where a provider was killed", () => {
  expect(remedyAfter("Detected that slipway exited prematurely.", "dev")).toBe(
    "; a provider's process was killed, by somebody or for lack of memory (see dmesg); run it again",
  );
  expect(remedyAfter("anything else", "dev")).toBe("");
});

test("a release whose objects are gone says what creates them again", () => {
  const gone = { verdict: "failed", reason: "namespace-missing" } as const;
  expect(failureOf({ shop: record("a", gone) }, "dev")?.message).toBe(
    "failed: shop (namespace-missing); pulumi up --refresh --stack dev creates what is gone again",
  );
});

test("a kubeconfig that is a folder is one fault", async () => {
  const setting = () => Promise.resolve(JSON.stringify({ kubeconfig: "cli", context: "only" }));
  await expect(clusterSettingOf({ setting, folder: CHECKOUT })).rejects.toMatchObject({
    exitCode: EXIT_CODE.badInput,
    message: `slipway:cluster.kubeconfig: got "cli"; ${CHECKOUT}/cli is not a file; allowed: the path of a kubeconfig file`,
  });
});

describe("outputs", () => {
  const outputs = (releases: unknown) =>
    slipwayOutputs("dev", { releases: { value: releases, secret: false } });

  test("of a stack that was never deployed, or by another version, are refused", () => {
    expect(failureOfCall(() => slipwayOutputs("dev", {})).message).toBe(
      'dev: the output "releases" must be there, got nothing; run pulumi up --stack dev first',
    );
    expect(failureOfCall(() => outputs({ shop: { version: 2 } })).message).toMatch(
      /^dev: releases\.shop\.version must be 1, got 2/,
    );
  });

  test("of several services want a choice", () => {
    const two = outputs({ shop: record("a"), web: record("b") });
    expect(serviceOf(outputs({ shop: record("a") }), undefined)).toBe("shop");
    expect(serviceOf(two, "web")).toBe("web");
    expect(failureOfCall(() => serviceOf(two, undefined)).message).toBe(
      "--service: missing; allowed: shop, web",
    );
    expect(failureOfCall(() => serviceOf(two, "shpo")).message).toBe(
      '--service: got "shpo"; allowed: shop, web',
    );
  });
});

test("a kubeconfig for a lane has its token and nothing of the administrator's", () => {
  const config = new KubeConfig();
  config.loadFromString(KUBECONFIG);
  config.setCurrentContext("only");
  const made = JSON.stringify(kubeconfigWith(config, "of-the-lane", "shop-dev"));
  expect(made).not.toContain("not-for-any-log");
  const read = new KubeConfig();
  read.loadFromString(made);
  expect(read.getCurrentContext()).toBe("only");
  expect(read.getCurrentUser()?.token).toBe("of-the-lane");
  expect(read.getCurrentCluster()).toMatchObject({
    server: "https://10.0.0.1:6443",
    caData: "QUJD",
  });
});

test("a kubeconfig for a lane has the proxy, without the administrator's login to it", () => {
  const config = new KubeConfig();
  const proxyUrl = "http://admin:not-for-any-lane@proxy.corp:3128";
  const cluster = { name: "c", server: "https://c.test", skipTLSVerify: false, proxyUrl };
  config.loadFromClusterAndUser(cluster, { name: "u" });
  expect(kubeconfigWith(config, "t", "shop-dev")).toMatchObject({
    clusters: [{ cluster: { "proxy-url": "http://proxy.corp:3128/" } }],
  });
});

test("columns are as wide as they must be, ages as coarse as they may be", () => {
  expect(table(["A", "LONG"], [["value", ""]])).toBe("A      LONG\nvalue");
  const now = Date.parse("2026-11-21T12:00:00Z");
  const ages = [
    "2026-11-21T11:59:30Z",
    "2026-11-21T11:01:00Z",
    "2026-11-21T09:00:00Z",
    "2026-11-01T12:00:00Z",
  ];
  expect(ages.map((from) => age(from, now))).toEqual(["30s", "59m", "3h", "20d"]);
});

describe("npx slipway", () => {
  const run = (...args: string[]) =>
    execa(process.execPath, ["cli/slipway", ...args], { cwd: CHECKOUT, reject: false });

  test.each([
    [["--help"], 0, /Exit codes:\n {2}0 {2}good/, /^$/],
    [["rollback", "--help"], 0, /Examples:\n {2}\$ npx slipway rollback --stack prod/, /^$/],
    [["rolback"], 2, /^$/, /unknown command 'rolback'\n\(Did you mean rollback\?\)/],
    [["status", "--stak", "dev"], 2, /^$/, /unknown option '--stak'\n\(Did you mean --stack\?\)/],
    [["rollback", "--steps", "0"], 2, /^$/, /got "0"; allowed: a whole number of at least 1/],
    [["rollback", "--steps", "010"], 2, /^$/, /got "010"; allowed: a whole number of at least 1/],
    [["rollback", "--steps", "1_0"], 2, /^$/, /got "1_0"; allowed: a whole number of at least 1/],
    [["preview", "--save-plan", "-"], 2, /^$/, /--save-plan: got "-"; allowed: a file/],
    [["kubeconfig", "--lane", "deploy", "--for", "1m"], 2, /^$/, /got "1m"; allowed: at least 10m/],
    [
      ["kubeconfig", "--lane", "deploy", "--for", "99999h"],
      2,
      /^$/,
      /got "99999h"; allowed: .*at most 366d/,
    ],
    [["gate", "pass", "No Name"], 2, /^$/, /got "No Name"; allowed: 1 to 63 lower-case letters/],
    [["preview", "--expect", "latest"], 2, /^$/, /got "latest"; allowed: sha256:/],
  ])("%j ends with %d", async (args, exitCode, stdout, stderr) => {
    const ended = await run(...args);
    expect(ended.stdout).toMatch(stdout);
    expect(ended.stderr).toMatch(stderr);
    expect(ended.exitCode).toBe(exitCode);
  });

  test.each([
    [`throw new Error("login with password=hunter2hunter2 failed")`],
    [`Promise.reject(new Error("login with password=hunter2hunter2 failed"))`],
  ])("what nothing catches is one line without what looks like a secret: %s", async (fault) => {
    const { stderr, exitCode } = await execa(
      process.execPath,
      [
        "--import",
        `data:text/javascript,${encodeURIComponent(`process.on("newListener", (name) => { if (name === "uncaughtException") setImmediate(() => { ${fault} }); });`)}`,
        ...["cli/slipway", "status", "--stack", "none"],
      ],
      { cwd: CHECKOUT, reject: false },
    );
    expect(stderr).toBe("error: login with password=*** failed");
    expect(exitCode).toBe(1);
  });

  test("outside of a project it says where to go", async () => {
    const { stderr, exitCode } = await execa(
      process.execPath,
      [`${CHECKOUT}/cli/slipway`, "status"],
      { cwd: "/", reject: false },
    );
    expect(stderr).toBe(
      "error: /: no Pulumi.yaml here or in a folder above; go to the folder of the project",
    );
    expect(exitCode).toBe(2);
  });
});
