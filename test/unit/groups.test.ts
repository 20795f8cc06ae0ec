// Cannot prove that a member goes back, nor that the engine deletes nothing of one that was held: test/e2e/groups.test.ts does.
import * as k8s from "@pulumi/kubernetes";

import { Group } from "../../components/group/group.ts";
import { summaryOf } from "../../components/group/summary.ts";
import { setOf, settingsOf as settingsOfService } from "../../components/group/set.ts";
import { Namespace } from "../../components/namespace.ts";
import { groupReasons } from "../../components/promotion/groups.ts";
import { Release } from "../../components/release.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import { assertAlone, earlierSet, membersOf } from "../../cli/group-rollback.ts";
import { statusOf, words as statusWords } from "../../cli/status.ts";
import { groupFailures, setLines } from "../../cli/group-words.ts";
import { groupLines } from "../../cli/preview/group.ts";
import type { HistoryEntry, ReleasedGroup, ReleaseRecord } from "../../contract/release-record.ts";
import { COMPONENTS, FUNCTIONS, RESOURCES } from "../../contract/tokens.ts";
import { IMAGE } from "../support/definitions.ts";
import { deploy, type Outputs, valueOf } from "../support/engine.ts";
import { removeFolders } from "../support/folder.ts";
import { settingFaults, settingsOf, VALID } from "../support/stack-config.ts";

afterEach(removeFolders);
afterEach(() => {
  process.exitCode = 0;
});

const MEMBERS = ["ledger", "cart", "shop"];
const GATES = [{ name: "scan", at: "2026-11-21T12:00:00.000Z" }];
const SET = "0123456789ab";
const READY = {
  name: "checkout",
  set: SET,
  members: MEMBERS,
  verdict: "ready",
  failed: null,
} as const;
const FAILED = {
  ...READY,
  verdict: "failed",
  failed: { member: "cart", reason: "crash-loop" },
} as const satisfies ReleasedGroup;

describe("a group in a program", () => {
  /** Verdicts of the members at their turns, by name; all others are ready. */
  async function delivered(
    reasons: Readonly<Record<string, string>>,
    preview = false,
    refused: readonly object[] = [],
  ) {
    const outputs: Outputs = (type, { service, group, metadata }) => {
      const reason = reasons[String(service)];
      if (type === RESOURCES.MemberProof || type === RESOURCES.Readiness) {
        const failed = (group as Partial<ReleasedGroup>).failed ?? null;
        const isFailed = reason !== undefined || failed !== null;
        const verdict = isFailed ? "failed" : "ready";
        const release = { verdict, reason: reason ?? null, running: null, digest: "sha256:a" };
        return preview ? {} : { release, history: [] };
      }
      return { metadata: { ...(metadata as object), uid: "uid-1", generation: 4 }, spec: {} };
    };
    const standing = { verdict: "ready", reason: null, digest: "sha256:old" };
    const urn = (type: string) => (name: string) => `urn:pulumi:test::slipway::${type}::${name}`;
    const release = urn(COMPONENTS.Release);
    const proof = urn(`${COMPONENTS.Release}$${RESOURCES.Readiness}`);
    const resources = Object.fromEntries(
      MEMBERS.flatMap((name) => [
        [
          release(name),
          { outputs: { release: { ...standing, gates: GATES }, endpoint: { name } } },
        ],
        [proof(name), { outputs: { release: standing } }],
      ]),
    );
    const { result, declared } = await deploy(
      (opts) => {
        const kubernetes = new k8s.Provider("cluster", {});
        const slipway = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
        const namespace = new Namespace("store", { provider: kubernetes });
        const group = new Group("checkout", MEMBERS);
        const providers = [kubernetes, slipway];
        // In the order of the settings, which need not be the group's.
        const releases = MEMBERS.toReversed().map((name) => {
          const service = { image: IMAGE, port: 8080 };
          const args = { service, namespace, group, failsLate: true };
          return [name, new Release(name, args, { ...opts, providers })] as const;
        });
        return Object.fromEntries(releases);
      },
      {
        preview,
        outputs,
        answer: ({ token, inputs }) => {
          if (token === FUNCTIONS.stackState) {
            return { exists: true };
          }
          if (token === FUNCTIONS.tryObjects) {
            return { refused };
          }
          return token === FUNCTIONS.keepAnnotations ? inputs : { outputs: resources };
        },
      },
    );
    const order = declared
      .filter(({ type }) => /:(Deployment|MemberProof|Readiness)$/.test(type))
      .map(({ type, name }) => `${type.slice(type.lastIndexOf(":") + 1)} ${name}`);
    const record = async (name: string) => result[name] && (await valueOf(result[name].release));
    return { order, record, declared };
  }

  test("is delivered in its order, and has its records once all members are proved", async () => {
    const { order, declared } = await delivered({});
    expect(order).toEqual([
      "Deployment ledger",
      "MemberProof ledger",
      "Deployment cart",
      "MemberProof cart",
      "Deployment shop",
      "MemberProof shop",
      "Readiness shop",
      "Readiness cart",
      "Readiness ledger",
    ]);
    const groups = declared
      .filter(({ type }) => type === RESOURCES.Readiness)
      .map(({ inputs }) => (inputs as { group: ReleasedGroup }).group);
    expect(new Set(groups.map(({ set }) => set)).size).toBe(1);
    expect(groups[0]).toEqual({
      name: "checkout",
      members: MEMBERS,
      set: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    });
    expect(process.exitCode ?? 0).toBe(0);
  });

  test("holds back the members behind one that fails, and takes the others back, last first", async () => {
    jest.spyOn(console, "error").mockImplementation(() => undefined);
    const { order, record, declared } = await delivered({ cart: "crash-loop" });
    expect(order).toEqual([
      "Deployment ledger",
      "MemberProof ledger",
      "Deployment cart",
      "MemberProof cart",
      "Readiness cart",
      "Readiness ledger",
    ]);
    const last = declared.find(
      ({ type, name }) => type === RESOURCES.Readiness && name === "ledger",
    );
    expect(last?.inputs).toMatchObject({
      failsLate: true,
      group: { failed: { member: "cart", reason: "crash-loop" } },
    });
    const held = { verdict: "ready", digest: "sha256:old", gates: GATES };
    expect(await record("shop")).toMatchObject(held);
    expect(process.exitCode).toBe(32);
  });

  test("is not begun where the API server does not accept one of its objects", async () => {
    const said = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const refused = [{ index: 1, message: "no" }];
    const { order, record } = await delivered({}, false, refused);
    expect(order).toEqual([]);
    expect(await record("ledger")).toMatchObject({ digest: "sha256:old" });
    expect(process.exitCode).toBe(32);
    expect(said).toHaveBeenCalledWith(
      expect.stringContaining(
        "group checkout: nothing was changed, because the API server does not accept deployment cart: no",
      ),
    );
  });

  test("is registered as a whole in a preview, which knows no verdict", async () => {
    const { order } = await delivered({ ledger: "crash-loop" }, true);
    expect(order).toHaveLength(9);
  });

  test("takes no member that it does not have", () => {
    const member = {} as Parameters<Group["join"]>[1];
    expect(() => new Group("checkout", MEMBERS).join("search", member)).toThrow(
      "group checkout: got the member search; allowed: ledger, cart, shop",
    );
  });
});

describe("a set", () => {
  test("has the same id for the same wishes, whatever the order of their keys", () => {
    const one = setOf("checkout", MEMBERS, [{ image: "a", env: { A: "1", B: "2" } }]);
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(setOf("checkout", MEMBERS, [{ env: { B: "2", A: "1" }, image: "a" }])).toBe(one);
    expect(setOf("checkout", MEMBERS, [{ image: "b", env: { A: "1", B: "2" } }])).not.toBe(one);
    expect(setOf("checkout", MEMBERS.toReversed(), [{ image: "a" }])).not.toBe(one);
  });

  test("does not depend on where an image is from", () => {
    const service = { build: { context: "x" }, port: 1, gates: [{ name: "scan", at: "now" }] };
    expect(settingsOfService(service)).toEqual({ port: 1 });
  });
});

test("a summary says where each member stands", () => {
  const release = (more: Partial<ReleaseRecord>) =>
    ({
      digest: `sha256:${"a".repeat(64)}`,
      verdict: "failed",
      reason: "x",
      running: null,
      ...more,
    }) as ReleaseRecord;
  const running = { digest: `sha256:${"b".repeat(64)}`, verdict: "failed", reason: "not-ready" };
  const migration = { verdict: "failed" };
  const halted = { reason: "migration-failed", migration } as object;
  const unanswered = { reason: "cluster-unreachable", migration } as object;
  const ends = [
    { name: "a", record: release({ running } as Partial<ReleaseRecord>), isHeld: false },
    { name: "b", record: release({}), isHeld: false },
    { name: "c", record: release({ verdict: "ready", reason: null }), isHeld: true },
    { name: "d", record: undefined, isHeld: true },
    { name: "e", record: release({ ...halted, running } as Partial<ReleaseRecord>), isHeld: false },
    { name: "f", record: release(halted), isHeld: false },
    { name: "g", record: release({ ...unanswered, running } as object), isHeld: false },
    { name: "h", record: release(unanswered), isHeld: false },
  ];
  expect(summaryOf("checkout", { member: "b", reason: "x" }, ends)).toBe(
    "group checkout: b has failed with x; a is back at sha256:bbbbbbbbbbbb, not-ready; b was left as it is, at sha256:aaaaaaaaaaaa (x); c stays at sha256:aaaaaaaaaaaa, untouched; d was not released; e stays at sha256:bbbbbbbbbbbb, not-ready; f was not released; g stays at sha256:bbbbbbbbbbbb, not-ready; h was not released",
  );
});

describe("settings of groups", () => {
  const services = Object.fromEntries(
    [...MEMBERS, "search"].map((name) => [name, { build: { context: "shop" }, port: 8080 }]),
  );
  const faults = (groups: unknown, more: object = {}, own: object = {}) =>
    settingFaults({ ...VALID, ...more, groups, services: { ...services, ...own } });

  test("are taken as they are written", () => {
    expect(settingsOf({ ...VALID, services, groups: { checkout: MEMBERS } }).groups).toEqual({
      checkout: MEMBERS,
    });
    expect(settingsOf({ ...VALID, services, groups: {} })).not.toHaveProperty("groups");
  });

  test.each([
    [
      { checkout: ["ledger", "basket"] },
      'groups.checkout[1]: got "basket"; allowed: services of slipway:services: ledger, cart, shop, search',
    ],
    [
      { checkout: ["ledger", "ledger"] },
      'groups.checkout[1]: got "ledger"; allowed: each service once, and it is in checkout already',
    ],
    [
      { checkout: ["ledger", "cart"], other: ["shop", "cart"] },
      'groups.other[1]: got "cart"; allowed: each service once, and it is in checkout already',
    ],
    [
      { checkout: ["ledger"] },
      'groups.checkout: got ["ledger"]; allowed: a list of at least two services, in the order of their delivery; one alone needs no group',
    ],
    [
      { checkout: "ledger" },
      'groups.checkout: got "ledger"; allowed: a list of at least two services, in the order of their delivery',
    ],
    [
      { "Check out": ["ledger", "cart"] },
      'groups["Check out"]: got "Check out"; allowed: 1 to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen',
    ],
    [
      ["ledger"],
      'groups: got ["ledger"]; allowed: a mapping of groups by name, each a list of services such as checkout: [ledger, cart, shop]',
    ],
  ])("refuse %j", (groups, fault) => {
    expect(faults(groups)).toEqual([`slipway:${fault}`]);
  });

  test("refuse a member that could not go back", () => {
    const service = services["cart"];
    const own = { cart: { ...service, rollback: false } };
    expect(faults({ checkout: MEMBERS }, {}, own)).toEqual([
      "slipway:services.cart.rollback: got false; allowed: true for a member of the group checkout, which is taken back as a whole",
    ]);
  });

  test("refuse pins of a part of a group", () => {
    const pin = (name: string) => ({
      image: `registry.example.com/team/${name}@sha256:${"a".repeat(64)}`,
    });
    const pins = { ledger: pin("ledger"), search: pin("search") };
    expect(faults({ checkout: MEMBERS }, { pins })).toEqual([
      "slipway:pins.ledger: pins a part of the group checkout: cart, shop are not pinned; allowed: all members or none; run npx slipway rollback --group checkout, or npx slipway unpin",
    ]);
    const all = Object.fromEntries([...MEMBERS, "search"].map((name) => [name, pin(name)]));
    expect(faults({ checkout: MEMBERS }, { pins: all })).toEqual([]);
  });
});

describe("a promotion of a group", () => {
  const promotion = { stack: "dev", repository: "r", soakSeconds: 0, gates: [] };
  const of = (group?: ReleasedGroup) => ({ isPromoted: true, record: group ? { group } : {} });
  const all = (group?: ReleasedGroup) =>
    Object.fromEntries(MEMBERS.map((name) => [name, of(group)]));
  const groups = { checkout: MEMBERS };

  test("takes all members of one set, and what is in no group", () => {
    expect(groupReasons(groups, { ...all(READY), search: of() }, promotion)).toEqual([]);
    expect(groupReasons({}, { search: of() }, promotion)).toEqual([]);
  });

  test("needs the same group here", () => {
    expect(groupReasons({}, { ledger: of(READY) }, promotion)).toEqual([
      "releases.ledger is of the group checkout, which goes as a whole, got no group of its members here; set slipway:groups.checkout: [ledger, cart, shop] in this stack, too",
    ]);
    expect(
      groupReasons({ pair: ["ledger", "cart"] }, { ledger: of(READY), cart: of(READY) }, promotion),
    ).toHaveLength(2);
  });

  test("takes no half of one", () => {
    const own = { ...all(READY), cart: { isPromoted: false } };
    expect(groupReasons(groups, own, promotion)).toEqual([
      "group checkout must be promoted as a whole, got cart with an image of its own; promote all members, or pin all: npx slipway rollback --group checkout",
    ]);
    const mixed = { ...all(READY), shop: of({ ...READY, set: "ba9876543210" }) };
    expect(groupReasons(groups, mixed, promotion)).toEqual([
      'releases of the group checkout must be of one set, got ledger "0123456789ab", cart "0123456789ab", shop "ba9876543210"; run the up of dev',
    ]);
  });

  test("needs a group that was proved as a whole", () => {
    expect(groupReasons(groups, all(), promotion)[0]).toBe(
      "releases.ledger must be of a group that was proved as a whole, got none; set slipway:groups.checkout in dev and run its up",
    );
    expect(groupReasons(groups, all(FAILED), promotion)).toEqual([
      'releases.ledger.group.verdict must be "ready", got "failed" for {"member":"cart","reason":"crash-loop"}; fix dev and run its up first',
    ]);
  });

  test("asks nothing of a group that is pinned as a whole", () => {
    const pinned = Object.fromEntries(MEMBERS.map((name) => [name, { isPromoted: false }]));
    expect(groupReasons(groups, pinned, promotion)).toEqual([]);
  });
});

describe("a group that goes back", () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const entry = (letter: string, set: string, verdict = "ready") =>
    ({ digest: digest(letter), verdict, group: { name: "pair", set } }) as HistoryEntry;
  const members = ["ledger", "cart"];
  const outputs = {
    releases: {
      ledger: { digest: digest("d") } as ReleaseRecord,
      cart: { digest: digest("d") } as ReleaseRecord,
    },
    history: {
      ledger: [entry("d", "444"), entry("c", "333"), entry("b", "222"), entry("b", "111")],
      cart: [entry("d", "444"), entry("c", "333", "failed"), entry("b", "222"), entry("a", "111")],
    },
  };
  const found = (wanted: Parameters<typeof earlierSet>[3]) =>
    earlierSet("pair", members, outputs, wanted);

  test("takes the last set with other images that was ready as a whole", () => {
    expect(found({ steps: 1 })).toMatchObject({
      set: "222",
      releases: { ledger: { digest: digest("b") }, cart: { digest: digest("b") } },
    });
    expect(found({ steps: 2 }).set).toBe("111");
    expect(found({ to: "11" }).set).toBe("111");
  });

  test("refuses a set that was not ready as a whole", () => {
    expect(() => found({ to: "333" })).toThrow(
      '--to: got "333"; allowed: a set that was ready: 444, 222, 111; see npx slipway history --service ledger',
    );
    expect(() => found({ steps: 3 })).toThrow("--steps: got 3; allowed: 1 to 2; see");
    expect(() => earlierSet("pair", members, { ...outputs, history: {} }, { steps: 1 })).toThrow(
      "group pair has no earlier set to go back to: no set of other images was ready as a whole",
    );
  });

  test("is named by the settings, and none of its members goes alone", () => {
    expect(membersOf("pair", { pair: members })).toEqual(members);
    expect(() => membersOf("other", { pair: members })).toThrow(
      '--group: got "other"; allowed: pair',
    );
    expect(() => membersOf("other", {})).toThrow("none, because slipway:groups has none");
    expect(() => {
      assertAlone("cart", { pair: members }, "npx slipway unpin");
    }).toThrow(
      '--service: got "cart", a member of the group pair, which keeps its members together: ledger, cart; allowed: npx slipway unpin --group pair',
    );
    assertAlone("search", { pair: members }, "npx slipway unpin");
  });
});

test("a status has a column for groups where there are any, and says for whom one has failed", () => {
  const record = (group?: ReleasedGroup) =>
    ({
      ...{ commit: null, dirty: false, verdict: "ready", reason: null, running: null },
      ...{ digest: `sha256:${"a".repeat(64)}`, manifestHash: "m", warnings: [], seconds: 1 },
      startedAt: "2026-11-21T12:00:00.000Z",
      ...(group && { group }),
    }) as unknown as ReleaseRecord;
  const shown = (group?: ReleasedGroup) =>
    statusWords(
      [statusOf("ledger", record(group), undefined, { stack: "dev" })],
      Date.parse("2026-11-21T12:00:02.000Z"),
    );
  expect(shown()).not.toContain("GROUP");
  expect(shown(FAILED)).toMatch(/PINNED AT {2}GROUP AND SET\n.*checkout 0123456789ab\n/);
  expect(shown(FAILED)).toContain(
    "\ngroup checkout: cart has failed with crash-loop in the set 0123456789ab",
  );
});

test("a failed group is said once, and a previewed one with its order", () => {
  expect(groupFailures([{ group: FAILED }, { group: FAILED }, { group: READY }, {}])).toEqual([
    "group checkout: cart has failed with crash-loop in the set 0123456789ab",
  ]);
  expect(setLines([{ group: READY }, { group: READY }, {}])).toEqual([
    "group checkout: the set 0123456789ab is ready: ledger, cart, shop",
  ]);
  expect(setLines([{ group: FAILED }, { group: { ...READY, set: "ba9876543210" } }])).toEqual([
    "group checkout: cart has failed with crash-loop in the set 0123456789ab",
  ]);
  const group = { name: "checkout", members: MEMBERS };
  expect(groupLines([{ group }, { group }, {}])).toEqual([
    "- `checkout`: `ledger`, then `cart`, then `shop`; all of them or none",
  ]);
});
