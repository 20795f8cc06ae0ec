// Proves what is left out of texts and evidence; that a real pod's log goes through here is for the story of credentials.
import type { Evidence } from "../../contract/evidence.ts";
import { KnownSecrets } from "../../provider/known-secrets.ts";
import { NASTY } from "../fixtures/nasty-texts.ts";
import { FACTOR, growth } from "../support/growth.ts";

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

const PASSWORD = 'pä"ss <w0rd>/x&y';

test.each([
  ["as it is", PASSWORD],
  ["in JSON", JSON.stringify(PASSWORD).slice(1, -1)],
  ["in JSON in JSON", JSON.stringify(JSON.stringify(PASSWORD)).slice(3, -3)],
  ["in JSON as Go writes it", 'pä\\"ss \\u003cw0rd\\u003e/x\\u0026y'],
  ["in a URL", encodeURIComponent(PASSWORD)],
  ["in a URL, in small letters", encodeURIComponent(PASSWORD).toLowerCase()],
  ["in a form", encodeURIComponent(PASSWORD).replaceAll("%20", "+")],
  ["in JSON as PHP writes it", 'pä\\"ss <w0rd>\\/x&y'],
  ["in JSON in ASCII, as Python writes it", 'p\\u00e4\\"ss <w0rd>/x&y'],
  ["in a page as Node writes it", "pä&quot;ss &lt;w0rd&gt;/x&amp;y"],
  ["in a page", "pä&#34;ss &lt;w0rd&gt;/x&amp;y"],
  ["in base64", Buffer.from(PASSWORD).toString("base64")],
  ["in base64 for URLs", Buffer.from(PASSWORD).toString("base64url")],
])("a value is hidden %s", (_, form) => {
  const one = new KnownSecrets();
  one.learn(PASSWORD);
  expect(one.hide(`got ${form} here`)).toMatch(/^got \*\*\*=* here$/);
});

test.each(["shop:", "sh:", "s:"])("a value is hidden in base64 behind %s", (user) => {
  const one = new KnownSecrets();
  one.learn("a-long-password");
  const login = Buffer.from(`${user}a-long-password`).toString("base64");
  expect(one.hide(login)).toMatch(/^[A-Za-z0-9]{1,8}\*\*\*[A-Za-z0-9=]{0,4}$/);
});

test.each([
  ["abc12", "login abc12 failed", "login *** failed"],
  ["abc12", "xabc123", "xabc123"],
  ["1234", "pin=1234", "pin=***"],
  ["short", "pin=short, x", "pin=***, x"],
  ["short", '{"pin":"short"}', '{"pin":"***"}'],
  ["short", '{\\"pin\\": \\"short\\"}', '{\\"pin\\": \\"***\\"}'],
  ["short", "u:short@host", "u:***@host"],
  ["short", 'secret "short" not found', 'secret "short" not found'],
  ["ab", "pin=ab", "pin=ab"],
])("of the short value %s in %s", (value, text, expected) => {
  const one = new KnownSecrets();
  one.learn(value);
  expect(one.hide(text)).toBe(expected);
});

test("a long text is cut at a word after what is known was hidden in it", () => {
  const { message } = secrets.hideIn({
    ...{ object: "pod shop", container: null, notes: [], containers: [], otherPods: 0 },
    ...{ events: [], command: "", cut: null },
    message: `${"word ".repeat(818)}correct horse battery ${"x ".repeat(300_000)}`,
  });
  expect(message).toMatch(/word \*\*\*( x)* …$/);
  expect(message.length).toBeLessThan(4200);
});

test.each(NASTY)("the time to hide grows with the text only: %j", (unit) => {
  expect(growth(unit, secrets.hide)).toBeLessThan(3 * FACTOR);
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
