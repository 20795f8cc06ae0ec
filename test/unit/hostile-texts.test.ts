// One hostile text by every way in and through every way out. What the wire does is for wire-service.test.ts, what git and
// another stack's record bring for image.test.ts and promotion.test.ts; how a browser reads the page is for test/browser.
import { chmodSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { code, cell, fenced } from "../../cli/markdown.ts";
import { print, remark } from "../../cli/options.ts";
import { slipwayOutputs } from "../../cli/outputs.ts";
import { marker, previewMarkdown } from "../../cli/preview/markdown.ts";
import type { PreviewReport } from "../../cli/preview/preview.ts";
import { reportMarkdown } from "../../cli/report/markdown.ts";
import { reportPage } from "../../cli/report/page.ts";
import { releaseReport } from "../../cli/report/report.ts";
import { writeResult } from "../../cli/result-file.ts";
import { table } from "../../cli/words.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { plainIn } from "../../mask/plain.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { Registry } from "../../provider/registry/registry.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { PartialFailure, type Subject } from "../../wire/plugin.ts";
import { CONTROLS, HOSTILE, withoutCode } from "../fixtures/hostile-text.ts";
import { ApiServer } from "../support/api-server.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import { complete, deployment, readyPod, release, unreadyPod } from "../support/release-objects.ts";

afterAll(removeFolders);

/** Of what the text says as Markdown or HTML, nothing is left but its letters. */
const OWNED = /owned|evil\.example|onerror|@owned|#123|<\/?(?!\/?(?:details|summary)>)\w|!\[/;

/** A release that fails with the text in one place of the cluster. */
const ENTRIES: readonly (readonly [string, Partial<Observed>, string?])[] = [
  ["a log", crashing({}), HOSTILE],
  ["a termination message", crashing({ message: HOSTILE })],
  ["the reason of an end", crashing({ reason: HOSTILE })],
  ["the message of a container that waits", crashing({}, { message: HOSTILE })],
  ["the runtime's name of an image", crashing({}, {}, { image: HOSTILE, imageID: HOSTILE })],
  ["a condition of a pod", waiting({ type: "PodScheduled", reason: HOSTILE, message: HOSTILE })],
  ["an event", { ...crashing({}), warnings: [event({ reason: HOSTILE, message: HOSTILE })] }],
  ["an event's object", { ...crashing({}), warnings: [event({}, HOSTILE)] }],
  [
    "a condition of the Deployment",
    {
      pods: [],
      deployment: deployment(
        "shop",
        {},
        {
          ...{ replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 },
          conditions: [
            { type: "Progressing", status: "True", reason: HOSTILE, message: HOSTILE },
            { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: HOSTILE },
          ],
        },
      ),
    },
  ],
];

const entries = ENTRIES.map(([entry, observed, log = "no database"]) => ({ entry, observed, log }));

test.each(entries)("$entry gets nowhere with it", async ({ observed, log }) => {
  const { said, record } = await failedRelease(observed, log);
  expect(record.verdict).toBe("failed");
  expectPlain(said, JSON.stringify(record));
  expect(`${said} ${JSON.stringify(record)}`).not.toMatch(
    /\\u00(?:0[0-8bc]|1|7f|8|9)|\\u20(?:2|6)/,
  );
  await expectHarmless({ shop: record });
});

test("an answer of the API server that is no sentence gets nowhere with it", async () => {
  const server = await ApiServer.start();
  server.faults.set("list pods", 500);
  const { provider, close } = providerOf(server.url);
  try {
    const asked = provider.invoke("slipway:index:namespaceState", { namespace: HOSTILE });
    const said = await asked.then(JSON.stringify, String);
    expectPlain(said);
  } finally {
    close();
    await server.stop();
  }
});

test("a registry's answer gets nowhere with it", async () => {
  const folder = folderWith({
    crane: `#!/bin/sh\nprintf 'Error: ' >&2; cat "$0.txt" >&2; exit 1\n`,
    "crane.txt": HOSTILE,
  });
  chmodSync(join(folder, "crane"), 0o755);
  const { PATH } = process.env;
  process.env["PATH"] = [folder, PATH ?? ""].join(delimiter);
  try {
    const said = await new Registry(undefined).digest("x/y:1").catch(String);
    expect(said).toContain("red");
    expectPlain(String(said));
  } finally {
    process.env["PATH"] = PATH;
  }
});

test("a record that somebody has forged in the state gets nowhere with it", async () => {
  const { record } = await failedRelease(crashing({}), "no database");
  const forged = everyText(record) as ReleaseRecord;
  const running = { ...forged, replicaSet: HOSTILE };
  await expectHarmless({
    shop: { ...forged, version: 1, startedAt: record.startedAt, running },
    [HOSTILE]: { ...forged, version: 1, startedAt: record.startedAt, evidence: null },
  });
});

test("a preview of names that somebody has made up gets nowhere with it", async () => {
  const change = {
    action: "update",
    kind: HOSTILE,
    name: HOSTILE,
    service: "shop",
    because: [HOSTILE],
    allows: [HOSTILE],
    forbids: [HOSTILE],
  } as const;
  const changes = [change];
  const report = plainIn<PreviewReport>({
    version: 1,
    project: HOSTILE,
    stack: HOSTILE,
    outcome: "failed",
    credentials: "compared",
    counts: { create: 0, update: 1, replace: 0, delete: 0, same: 0 },
    services: [
      {
        name: HOSTILE,
        pods: { action: "restart", previousReplicas: 1, replicas: 2, because: [HOSTILE] },
        image: {
          action: "build",
          tag: HOSTILE,
          previousTag: HOSTILE,
          previousDigest: HOSTILE,
          digest: HOSTILE,
        },
      },
    ],
    rights: changes,
    network: changes,
    losses: [{ ...change, action: "delete" }],
    others: changes,
    following: changes,
    unchanged: changes,
    errors: [HOSTILE, "next"],
  });
  const comment = previewMarkdown(report);
  expectPlain(comment);
  const [first, ...rest] = comment.split("\n");
  expect(first).toBe(marker(report));
  expect(first).toMatch(/^<!-- slipway preview [\w./ -]* -->$/);
  expect(first?.slice(4, -3)).not.toMatch(/>/);
  expect(withoutCode(rest.join("\n"))).not.toMatch(OWNED);
  expect(await printed(comment, report)).not.toMatch(CONTROLS);
});

describe("Markdown", () => {
  test.each([
    "`",
    "``",
    "a`b``c",
    "",
    " ",
    "\\|",
    "a\\\\|b",
    "|",
    "\n# x",
    "```\n",
    "~~~",
    HOSTILE,
  ])("%j is code, and stays so", (text) => {
    expect(withoutCode(`x ${code(plainIn(text))} y`)).toBe("x  y");
    expect(withoutCode([...fenced(plainIn(text)), "y"].join("\n"))).toBe("\ny");
    const row = `| ${cell(plainIn(text))} | y |`;
    // GitHub splits a row at bars that have no backslash, or whose backslash has one.
    expect(row.split(/(?<!\\)(?:\\\\)*\|/)).toHaveLength(4);
    expect(row).not.toMatch(/\\\\\|/);
  });
});

test("a table of the command line has a line for each row, whatever is in it", () => {
  expect(table(["A", "B"], [["a\nB  c", "\td"]]).split("\n")).toEqual(["A      B", "a B c   d"]);
});

/** What the engine hears of a release that fails, and its record. */
async function failedRelease(observed: Partial<Observed>, log: string) {
  const server = await ApiServer.start();
  server.apply("namespaces", { metadata: { name: "shop-dev", uid: "shop-dev" } });
  applyObserved(server, { ...complete(), ...observed });
  server.logs.set("shop-new-2/shop", log);
  server.logs.set("shop-new-2/shop/previous", log);
  const { provider, close } = providerOf(server.url);
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const subject: Subject = {
    urn: "urn:pulumi:dev::shop::slipway:index:Readiness::shop",
    type: RESOURCES.Readiness,
    name: "shop",
    log: { info: say, warn: say, error: say, status: say },
  };
  const inputs = { ...release({ deadlineSeconds: 1, timeoutSeconds: 3, warmupSeconds: 1 }) };
  try {
    const failure: unknown = await provider
      .create(subject, { inputs, preview: false, timeoutSeconds: 0 })
      .catch((error: unknown) => error);
    if (!(failure instanceof PartialFailure)) {
      throw new Error("the release did not fail", { cause: failure });
    }
    const record = failure.outputs["release"] as ReleaseRecord;
    return { said: [...said, failure.message, ...failure.reasons].join("\n"), record };
  } finally {
    close();
    await server.stop();
  }
}

function providerOf(url: string) {
  let cluster: Cluster | undefined;
  const provider = new SlipwayProvider(
    (config) => (cluster = new Cluster(new KubeconfigApi(config))),
  );
  provider.configure({ ...kubeconfigOf(url) });
  const close = () => {
    provider.cancel();
    cluster?.close();
  };
  return { provider, close };
}

/** Through the outputs of a stack into everything that shows a release. */
async function expectHarmless(releases: Readonly<Record<string, ReleaseRecord>>) {
  const history = Object.fromEntries(
    Object.entries(releases).map(([name, record]) => [name, [record, record]]),
  );
  const stored = { releases: { value: releases }, history: { value: history } };
  const outputs = plainIn(
    slipwayOutputs("dev", stored as unknown as Parameters<typeof slipwayOutputs>[1]),
  );
  const report = releaseReport({ project: "slipway", stack: "dev", ...outputs });
  const markdown = reportMarkdown(report);
  expect(withoutCode(markdown)).not.toMatch(OWNED);
  const page = reportPage(report);
  expect(page).not.toMatch(/<img|<script|<a [^>]*href="(?!#)|onerror=(?!alert\(1\)&gt;)/);
  expect(page.match(/<[a-z]/g)).toHaveLength((page.match(/<[a-z][a-z0-9]*[\s/>]/g) ?? []).length);
  expectPlain(markdown, page);
  expect(await printed(markdown, report)).not.toMatch(CONTROLS);
}

/** What a command prints of it, in words and as JSON, and writes to a file. */
async function printed(words: string, result: unknown): Promise<string> {
  const lines: string[] = [];
  const log = jest
    .spyOn(console, "log")
    .mockImplementation((line: string) => void lines.push(line));
  const error = jest
    .spyOn(console, "error")
    .mockImplementation((line: string) => void lines.push(line));
  const file = join(folderWith({}), "result");
  print({}, result, words + HOSTILE);
  print({ json: true }, [result, HOSTILE], words);
  remark(HOSTILE);
  await writeResult("--out", file, words + HOSTILE);
  log.mockRestore();
  error.mockRestore();
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(JSON.parse(lines[1] ?? ""))).not.toMatch(/\\u00(?:0|1|7f|8|9)/);
  return [...lines, readFileSync(file, "utf8")].join("\n");
}

function expectPlain(...texts: readonly string[]) {
  for (const text of texts) {
    expect(text).not.toMatch(CONTROLS);
  }
}

/** A value in which every text is the hostile one. */
function everyText(value: unknown): unknown {
  if (typeof value === "string") {
    return HOSTILE;
  }
  if (Array.isArray(value)) {
    return value.map(everyText);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, everyText(field)]))
    : value;
}

function crashing(ended: object, waits: object = {}, status: object = {}): Partial<Observed> {
  const container = {
    restartCount: 4,
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off", ...waits } },
    lastState: { terminated: { exitCode: 1, reason: "Error", message: "no database", ...ended } },
    ...status,
  };
  return unready(unreadyPod("shop-new-2", "shop-new-uid", container));
}

function waiting(condition: { type: string; reason: string; message: string }): Partial<Observed> {
  const unscheduled = { ...condition, status: "False" };
  return unready(unreadyPod("shop-new-2", "shop-new-uid", {}, [unscheduled]));
}

function unready(pod: Observed["pods"][number]): Partial<Observed> {
  return {
    pods: [readyPod("shop-new-1", "shop-new-uid"), pod],
    deployment: deployment("shop", {}, { readyReplicas: 1, availableReplicas: 1 }),
  };
}

function event(words: object, object?: string): Observed["warnings"][number] {
  return {
    metadata: { name: "shop-new-2.1", uid: "event" },
    involvedObject: {
      kind: object ?? "Pod",
      name: object ?? "shop-new-2",
      uid: "shop-new-2-uid",
    },
    reason: "Unhealthy",
    type: "Warning",
    message: "cannot do it",
    count: 1,
    ...words,
  };
}
