// Proves what is left out of texts and evidence; that a real pod's log goes through here is for the story of credentials.
import type { Evidence } from "../../contract/evidence";
import { KnownSecrets } from "../../provider/known-secrets";

const secrets = new KnownSecrets();
for (const value of [
  "correct horse",
  "correct horse battery",
  "short",
  "first line\r\nsecond line\n",
]) {
  secrets.learn(value);
}

test.each([
  ["opens with correct horse battery now", "opens with *** now"],
  ["opens with correct horse", "opens with ***"],
  [`data: ${Buffer.from("correct horse").toString("base64")}`, "data: ***"],
  ["second line of a key", "*** of a key"],
  ["in short, nothing", "in short, nothing"],
])("%s", (text, expected) => {
  expect(secrets.hide(text)).toBe(expected);
});

test("evidence keeps its names and loses the values, wherever a container or an event tells them", () => {
  const text = "got correct horse";
  const evidence: Evidence = {
    object: "pod correct horse",
    container: "shop",
    message: text,
    notes: [text],
    containers: [
      {
        pod: "correct horse",
        container: "shop",
        state: "waiting",
        reason: "CrashLoopBackOff",
        message: text,
        startedAt: null,
        restarts: 1,
        exitCode: 3,
        exitReason: "Error",
        exitMessage: text,
        log: [text],
        previous: true,
      },
    ],
    otherPods: 0,
    events: [{ object: "pod shop", reason: "BackOff", message: text, count: 1 }],
    command: "kubectl describe pod correct horse",
    cut: null,
  };
  const hidden = secrets.hideIn(evidence);
  expect(JSON.stringify(hidden).match(/correct horse/g)).toHaveLength(3);
  expect(hidden).toMatchObject({
    object: evidence.object,
    command: evidence.command,
    message: "got ***",
    notes: ["got ***"],
    containers: [
      { pod: "correct horse", message: "got ***", exitMessage: "got ***", log: ["got ***"] },
    ],
    events: [{ message: "got ***" }],
  });
});
