// The rules by which a statement counts, against a clock that stands still: that statements are found and verified is for
// test/unit/gate-statements.test.ts, and that a real promotion asks them for test/e2e/gates.test.ts.
import type { FoundStatement, FoundStatements } from "../../contract/gate-statements.ts";
import type { Gate } from "../../components/promotion/definition.ts";
import { gateOutcome } from "../../components/promotion/gates.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const KEY = { name: "cosign.pub", fingerprint: "f".repeat(64), pem: "PEM" };
const SVR = "https://in-toto.io/attestation/svr/v0.1";

const statement: FoundStatement = {
  digest: `sha256:${"b".repeat(64)}`,
  predicateType: SVR,
  kind: "summary",
  gate: "scan",
  result: "passed",
  time: "2026-11-29T12:00:00Z",
  signers: [KEY.fingerprint],
  isSigned: true,
  waivers: [],
};

interface World extends Partial<FoundStatements> {
  readonly isTagged?: boolean;
}

function outcome(
  asked: Omit<Gate, "name">,
  statements: readonly Partial<FoundStatement>[],
  { isTagged = false, ...found }: World = {},
) {
  const all = statements.map((each) => ({ ...statement, ...each }));
  return gateOutcome(
    { name: "scan", ...asked },
    { found: { image: "i", unread: [], ...found, statements: all }, isTagged, now: NOW },
  );
}

describe("an image has passed a gate", () => {
  test("by a statement of which nothing is asked, whoever has written it", () => {
    expect(outcome({}, [{ isSigned: false, signers: [], by: "Ada" }])).toEqual({
      passed: { name: "scan", at: "2026-11-29T12:00:00.000Z", by: "Ada" },
    });
  });

  test("by a signed one that is young enough, until it is too old", () => {
    expect(outcome({ withinSeconds: 7 * 86400, signedBy: [KEY] }, [{}])).toEqual({
      passed: {
        name: "scan",
        at: "2026-11-29T12:00:00.000Z",
        signedBy: "cosign.pub",
        until: "2026-12-06T12:00:00.000Z",
      },
    });
  });

  test("until the first of its waivers ends", () => {
    const waivers = [
      { id: "CVE-1", until: "2026-12-02T00:00:00Z" },
      { id: "CVE-2", until: "2026-12-01T00:00:00Z" },
      { id: "CVE-3" },
    ];
    expect(outcome({ withinSeconds: 7 * 86400 }, [{ waivers }])).toMatchObject({
      passed: { until: "2026-12-01T00:00:00.000Z" },
    });
  });

  test("by the newest, though older ones have failed", () => {
    const failed = { result: "failed", time: "2026-11-28T12:00:00Z" } as const;
    expect(outcome({}, [failed, {}, failed])).toHaveProperty("passed");
  });

  test("by a tag, if nothing is asked and nothing is said", () => {
    expect(outcome({}, [], { isTagged: true })).toEqual({ passed: { name: "scan", at: null } });
    expect(outcome({}, [{ gate: "other" }], { isTagged: true })).toHaveProperty("passed");
  });

  test("by one of several keys", () => {
    const other = { name: "old.pub", fingerprint: "e".repeat(64), pem: "PEM" };
    expect(outcome({ signedBy: [other, KEY] }, [{}])).toMatchObject({
      passed: { signedBy: "cosign.pub" },
    });
  });

  test("by what others have written, if the settings name its predicate", () => {
    const own = new Set(["gate", "kind"]);
    const others = Object.fromEntries(
      Object.entries(statement).filter(([key]) => !own.has(key)),
    ) as unknown as FoundStatement;
    const kind = "https://cosign.sigstore.dev/attestation/vuln/v1";
    const found = { image: "i", unread: [], statements: [{ ...others, predicateType: kind }] };
    const known = { found, isTagged: false, now: NOW };
    expect(gateOutcome({ name: "scan", kind, signedBy: [KEY] }, known)).toHaveProperty("passed");
    expect(gateOutcome({ name: "scan", signedBy: [KEY] }, known)).toEqual({
      reasons: ["no pass"],
    });
  });

  test("though the signer's clock is a little ahead", () => {
    expect(outcome({}, [{ time: "2026-11-30T12:04:59Z" }])).toHaveProperty("passed");
  });

  test("though something beside it cannot be read", () => {
    expect(outcome({}, [{}], { unread: ["sha256:c: it is no JSON"] })).toHaveProperty("passed");
  });
});

describe("an image has not passed a gate", () => {
  test.each<[string, Omit<Gate, "name">, readonly Partial<FoundStatement>[], World, string[]]>([
    ["of which nothing is said", {}, [], {}, ["no pass"]],
    [
      "whose statement is too old",
      { withinSeconds: 3600 },
      [{}],
      {},
      ["a pass of 2026-11-29T12:00:00Z, and it may be 3600 s old at most"],
    ],
    [
      "whose statement has no time, where an age is asked",
      { withinSeconds: 3600 },
      [{ time: undefined } as unknown as FoundStatement],
      {},
      ["a pass without a time, and it may be 3600 s old at most"],
    ],
    [
      "that it failed since",
      {},
      [{}, { result: "failed", time: "2026-11-30T11:00:00Z" }],
      {},
      ["a failure of 2026-11-30T11:00:00Z, which is the newest statement"],
    ],
    [
      "that it failed at the same time",
      {},
      [{}, { result: "failed" }],
      {},
      ["a failure of 2026-11-29T12:00:00Z, which is the newest statement"],
    ],
    [
      "that it failed since by a clock that is ahead",
      {},
      [{}, { result: "failed", time: "2026-12-30T11:00:00Z" }],
      {},
      ["a failure of 2026-12-30T11:00:00Z, which is the newest statement"],
    ],
    [
      "that it failed, though a tag says otherwise",
      {},
      [{ result: "failed" }],
      { isTagged: true },
      ["a failure of 2026-11-29T12:00:00Z, which is the newest statement"],
    ],
    [
      "that it failed, however long ago that was",
      { withinSeconds: 3600 },
      [{ result: "failed", waivers: [{ id: "CVE-1", until: "2026-11-30T00:00:00Z" }] }],
      {},
      ["a failure of 2026-11-29T12:00:00Z, which is the newest statement"],
    ],
    [
      "whose waivers have ended, and which is too old",
      { withinSeconds: 3600 },
      [
        {
          waivers: [
            { id: "CVE-1", until: "2026-11-30T00:00:00Z" },
            { id: "CVE-2", until: "2026-11-30T12:00:00Z" },
            { id: "CVE-3", until: "2026-12-30T00:00:00Z" },
          ],
        },
      ],
      {},
      [
        "a pass of 2026-11-29T12:00:00Z, and it may be 3600 s old at most",
        "a pass of 2026-11-29T12:00:00Z that waives CVE-1 until 2026-11-30T00:00:00Z, which is over",
        "a pass of 2026-11-29T12:00:00Z that waives CVE-2 until 2026-11-30T12:00:00Z, which is over",
      ],
    ],
    [
      "that somebody unknown has signed",
      { signedBy: [KEY] },
      [{ signers: [] }],
      {},
      ["no pass, but one that is signed by a key other than cosign.pub"],
    ],
    [
      "that nobody has signed, and that has a tag",
      { signedBy: [KEY] },
      [{ signers: [], isSigned: false }],
      { isTagged: true },
      [
        "no pass, but one that is not signed, and must be by cosign.pub, but a tag, which has no signer, date or kind",
      ],
    ],
    [
      "of a different kind",
      { kind: "scan" },
      [{}],
      {},
      ["no pass, but one that is a summary, and must be a scan"],
    ],
    [
      "that it failed since, by a scanner that made no report, so that the failure is of a different kind",
      { kind: "scan" },
      [{ kind: "scan" }, { result: "failed", time: "2026-11-30T11:00:00Z" }],
      {},
      ["a failure of 2026-11-30T11:00:00Z, which is the newest statement"],
    ],
    [
      "whose statement is from the future",
      {},
      [{ time: "2026-11-30T12:05:01Z" }],
      {},
      [
        "no pass, but one that is from the future, 2026-11-30T12:05:01Z: check the clock of who has written it",
      ],
    ],
    [
      "whose statement cannot be read",
      {},
      [],
      { unread: ["sha256:c: it is no JSON"] },
      ["no pass, but one that cannot be read, sha256:c: it is no JSON"],
    ],
    [
      "whose registry does not answer",
      {},
      [{}],
      { fault: "UNAUTHORIZED", isTagged: true },
      ["no answer of what is said of it: UNAUTHORIZED"],
    ],
  ])("%s", (_, asked, statements, world, reasons) => {
    expect(outcome(asked, statements, world)).toEqual({ reasons });
  });

  test("which somebody unknown says it failed, cannot be kept from passing by that", () => {
    const failed = { result: "failed", signers: [], time: "2026-11-30T11:00:00Z" } as const;
    expect(outcome({ signedBy: [KEY] }, [{}, failed])).toHaveProperty("passed");
  });
});
