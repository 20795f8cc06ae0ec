// Proves what is asked for of a log and what is told of it; that a real kubelet's log goes through here is for the stories.
import type { Api, Query } from "../../provider/cluster/api.ts";
import { containerLog } from "../../provider/cluster/container-log.ts";
import { KnownSecrets } from "../../provider/known-secrets.ts";

const SOURCE = { pod: "shop-1", container: "shop", previous: false };
const BYTES = 131_072;
const PIECE = 16_384;

/** A kubelet: it counts the pieces of lines, and gives so many bytes from the first that was asked for. */
function kubelet(log: string) {
  const queries: Query[] = [];
  const pieces = log
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => [...(line.match(/[^]{1,16384}/g) ?? [""]).entries(), null])
    .filter((piece) => piece !== null);
  const api = {
    text: (_path: string, query: Query) => {
      queries.push(query);
      const last = pieces.slice(-Number(query["tailLines"]));
      const text = last.map(([index, piece]) => (index > 0 ? piece : `\n${piece}`)).join("");
      return Promise.resolve(`${text.replace(/^\n/, "")}\n`.slice(0, Number(query["limitBytes"])));
    },
  } as unknown as Api;
  return { api, queries };
}

async function told(log: string, secrets = new KnownSecrets()) {
  const { api, queries } = kubelet(log);
  const reading = { api, secrets, namespace: "shop" };
  const { lines } = await containerLog(reading, SOURCE, new AbortController().signal);
  return { lines, queries };
}

test("the last lines are told, and the request says how much is read at most", async () => {
  const all = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const { lines, queries } = await told(`${all.join("\n")}\n`);
  expect(lines).toEqual(all.slice(-25));
  expect(queries).toEqual([
    { container: "shop", previous: false, tailLines: 26, limitBytes: BYTES },
  ]);
});

test("a line of 300 kB does not hide what was logged after it, and takes no time", async () => {
  const { lines, queries } = await told(`start\n${"token".repeat(60_000)}\nended\n`);
  expect(lines.at(-1)).toBe("ended");
  expect(lines.every(({ length }) => length <= 500)).toBe(true);
  expect(queries.length).toBeLessThan(4);
});

test("a line of which only the end was read is left out, since half a secret is not known for one", async () => {
  const secrets = new KnownSecrets();
  secrets.learn("correct horse battery");
  const begun = `${"x".repeat(PIECE - 8)} correct horse battery\n`;
  const after = Array.from({ length: 25 }, (_, index) => `line ${index}`);
  const { lines } = await told(`${begun}${after.join("\n")}\n`, secrets);
  expect(lines).toEqual(after);
});

test("known values, secrets by their look and control characters go, over lines", async () => {
  const secrets = new KnownSecrets();
  secrets.learn("correct horse");
  const log = [
    "opens with cor\x1b[31mrect horse",
    "password=hunter2",
    "\x1b[2J\x1b]0;title\x07a\rb\u202e",
    "-----BEGIN PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG9w0BAQ",
    "-----END PRIVATE KEY-----",
  ];
  expect((await told(`${log.join("\n")}\n`, secrets)).lines).toEqual([
    "opens with ***",
    "password=***",
    "a b",
    "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----",
  ]);
});

test("a character is not cut in two", async () => {
  const { lines } = await told(`${"x".repeat(499)}😀\n`);
  expect(lines).toEqual(["x".repeat(499)]);
});
