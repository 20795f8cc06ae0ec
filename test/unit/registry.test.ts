// Runs a program in crane's place, which says what it was called with: what real registries say is for the stories
// test/e2e/environments.test.ts and test/e2e/promotion-copy.test.ts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

import { imageDigests } from "../../provider/image-digests.ts";
import { ImageCopy } from "../../provider/image-copy.ts";
import { attachedTo } from "../../provider/registry/attached.ts";
import { HIDDEN } from "../../contract/marks.ts";
import { loggedIn } from "../../provider/registry/login.ts";
import { referrersOf } from "../../provider/registry/referrers.ts";
import { Registry } from "../../provider/registry/registry.ts";
import type { Subject } from "../../wire/plugin.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { mutualTls } from "../support/mutual-tls.ts";
import { until } from "../support/until.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const FROM = `dev.example.com/shop@${DIGEST}`;
const login = { server: "registry.example.com", username: "ci", password: "s3cret" };
const warned: string[] = [];
const log = { warn: (text: string) => warned.push(text) };
const subject = { urn: "urn", type: RESOURCES.ImageCopy, name: "shop", log } as unknown as Subject;

afterAll(removeFolders);

const given = process.env;
afterEach(() => {
  process.env = given;
});

/** Puts a shell script in crane's place and returns its folder. */
function craneDoes(script: string): string {
  const folder = folderWith({ crane: `#!/bin/sh\n${script}\n`, "home/.keep": "" });
  chmodSync(join(folder, "crane"), 0o755);
  const PATH = [folder, given["PATH"] ?? ""].join(delimiter);
  process.env = { ...given, PATH, DOCKER_CONFIG: join(folder, "home"), SAID: join(folder, "said") };
  return folder;
}

test("asks with the login in a private file, which is gone afterwards, and never in an argument", async () => {
  const folder = craneDoes(
    'echo "$@ $DOCKER_CONFIG" >$SAID; cat $DOCKER_CONFIG/config.json >>$SAID; stat -L -c %a $DOCKER_CONFIG/config.json >>$SAID; echo ' +
      DIGEST,
  );
  expect(await new Registry(login).digest("registry.example.com/shop:1")).toBe(DIGEST);

  const [command = "", rest = ""] = readFileSync(join(folder, "said"), "utf8").split(/\n([^]*)/);
  expect(command).toMatch(/^digest -- registry\.example\.com\/shop:1 \/.*slipway-login-/);
  expect(rest).toContain(Buffer.from("ci:s3cret").toString("base64"));
  expect(rest).toMatch(/600\n$/);
  expect(existsSync(command.split(" ").at(-1) ?? "")).toBe(false);
});

test("the placeholder of a copied state is no password: the machine's own login is used", async () => {
  const folder = craneDoes(`echo "$DOCKER_CONFIG" >$SAID; echo ${DIGEST}`);
  const hidden = { ...login, password: HIDDEN };
  expect(await new Registry(hidden).digest("registry.example.com/shop:1")).toBe(DIGEST);
  expect(readFileSync(join(folder, "said"), "utf8")).toBe(`${join(folder, "home")}\n`);
});

test("a run that is killed while crane asks leaves no login behind", async () => {
  const folder = craneDoes(
    "cat $DOCKER_CONFIG/config.json >$SAID; echo; echo $$ >>$SAID; exec sleep 60",
  );
  const temporary = folderWith({});
  const module = join(import.meta.dirname, "../../provider/registry/registry.ts");
  const script = `import { Registry } from ${JSON.stringify(module)};
    await new Registry(${JSON.stringify(login)}).digest("registry.example.com/shop:1");`;
  const env = { ...process.env, TMPDIR: temporary };
  const options = ["--no-warnings", "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, options, { env, stdio: "ignore" });
  const said = () => {
    const file = join(folder, "said");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  try {
    await until(() => said().endsWith("\n"));
    expect(said()).toContain(Buffer.from("ci:s3cret").toString("base64"));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  process.kill(Number(/\d+\n$/.exec(said())?.[0]));
  const left = readdirSync(temporary, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => !entry.isDirectory()).map(({ name }) => name)).toEqual([
    "config.json",
  ]);
  for (const { parentPath, name } of left.filter((entry) => !entry.isDirectory())) {
    expect(() => readFileSync(join(parentPath, name))).toThrow("ENOENT");
  }
});

test("a login goes before the helpers of the machine, and leaves its other logins", () => {
  const own = { credsStore: "desktop", auths: { "other.example.com": { auth: "b3RoZXI=" } } };
  expect(loggedIn(own, login)).toEqual({
    credsStore: "desktop",
    auths: {
      "other.example.com": { auth: "b3RoZXI=" },
      "registry.example.com": { auth: Buffer.from("ci:s3cret").toString("base64") },
    },
    credHelpers: { "registry.example.com": "" },
  });
  expect(loggedIn({}, { ...login, server: "docker.io" })["credHelpers"]).toEqual({
    "https://index.docker.io/v1/": "",
  });
});

test("an image that the registry does not have has no digest; what it did not answer is told", async () => {
  craneDoes(
    'case "$3" in *lost*) echo "Error: GET https://x: MANIFEST_UNKNOWN: manifest unknown" >&2; exit 1;; *shut*) echo "2026/11/21 note" >&2; echo "Error: UNAUTHORIZED: authentication required" >&2; exit 1;; esac; echo ' +
      DIGEST,
  );
  const references = ["x/here:1", "x/lost:1", "x/shut:1"];
  expect(await imageDigests({ references }, () => new Registry(undefined))).toEqual({
    images: [
      { reference: "x/here:1", digest: DIGEST },
      { reference: "x/lost:1" },
      { reference: "x/shut:1", fault: "UNAUTHORIZED: authentication required" },
    ],
  });
});

test("what is no reference is refused before crane is started, with one short line", async () => {
  const folder = craneDoes("touch $SAID");
  const registry = new Registry(undefined);
  for (const reference of [
    "--tarball=/etc/passwd",
    "-v",
    "x/y",
    "user:pw@x.example.com/y:1",
    "x/\x1b[31my:1",
    `x/${"y".repeat(100_000)}:1`,
  ]) {
    const refused = /^the name of an image: got "[^\0-\x1f]{0,220}"; allowed: repository@sha256:/;
    await expect(registry.digest(reference)).rejects.toThrow(refused);
    await expect(registry.copy(FROM, reference)).rejects.toThrow(refused);
    await expect(registry.copy(reference, "x/y:1")).rejects.toThrow(refused);
    await expect(imageDigests({ references: [reference] }, () => registry)).rejects.toThrow(
      "references.0: must be repository@sha256:<64 hex digits>, or repository:tag",
    );
  }
  expect(existsSync(join(folder, "said"))).toBe(false);
});

test("crane's words come without what a terminal obeys, without secrets, and not without end", async () => {
  craneDoes(
    `printf 'Error: GET https://u:s3cr3t@x/: \\033[31mUNAUTHORIZED ' >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1`,
  );
  const failure = await new Registry(undefined).digest("x/y:1").catch((error: unknown) => error);
  const { message } = failure as Error;
  expect(message).toMatch(/^GET https:\/\/u:\*\*\*@x\/: UNAUTHORIZED x+$/);
  expect(message.length).toBeLessThan(2100);
});

test("a registry that does not answer in time is told as that", async () => {
  craneDoes("exec sleep 20");
  const args = { references: ["x/slow:1"], answerSeconds: 1 };
  expect(await imageDigests(args, () => new Registry(undefined))).toEqual({
    images: [{ reference: "x/slow:1", fault: "no answer in 1 s" }],
  });
});

test("a machine without crane says where to get it", async () => {
  process.env = { ...given, PATH: folderWith({}) };
  await expect(new Registry(undefined).digest("x/y:1")).rejects.toThrow(
    /^the program crane is not on the PATH, .*; install it, e\.g\. with brew install crane/,
  );
});

describe("a copy", () => {
  const inputs = { from: FROM, to: "registry.example.com/shop", login };
  const copied: string[][] = [];
  const lookup =
    (digest: string | undefined, attached: () => Promise<string[]> = () => Promise.resolve([])) =>
    () => ({
      copy: (...names: string[]) => {
        copied.push(names);
        return names[0]?.endsWith(".att") === true
          ? Promise.reject(new Error("413 too large"))
          : Promise.resolve();
      },
      digest: () => Promise.resolve(digest),
      attached,
    });
  const create = (digest: string | undefined, preview = false) =>
    new ImageCopy(lookup(digest)).create(subject, { inputs, preview, timeoutSeconds: 5 });
  beforeEach(() => {
    copied.splice(0);
    warned.splice(0);
  });

  test("has a tag, so that it is no garbage, and the digest of what it was made from", async () => {
    const { id, outputs } = await create(DIGEST);
    expect(copied).toEqual([[FROM, `registry.example.com/shop:${"a".repeat(32)}`]]);
    expect(id).toBe(`registry.example.com/shop@${DIGEST}`);
    expect(outputs["image"]).toBe(id);
  });

  test("is known in a preview, which copies nothing", async () => {
    expect((await create(undefined, true)).id).toBe(`registry.example.com/shop@${DIGEST}`);
    expect(copied).toEqual([]);
  });

  test("keeps the password a secret in what the engine stores", async () => {
    const { outputs } = await create(DIGEST);
    expect(outputs["login"]).toMatchObject({ password: { value: "s3cret" } });
    expect(outputs["login"]).not.toMatchObject({ password: "s3cret" });
  });

  test("is refused where the registry has changed the image", async () => {
    await expect(create(`sha256:${"b".repeat(64)}`)).rejects.toThrow(
      /^the copy of dev\.example\.com\/shop@sha256:a+ must have the same digest, got sha256:b+ at registry\.example\.com\/shop:a{32}/,
    );
  });

  test("that fails says from where to where, and what to look at", async () => {
    const refused = () => Promise.reject(new Error("401 Unauthorized"));
    const copy = new ImageCopy(() => ({ ...lookup(DIGEST)(), copy: refused }));
    await expect(
      copy.create(subject, { inputs, preview: false, timeoutSeconds: 5 }),
    ).rejects.toThrow(
      /^dev\.example\.com\/shop@sha256:a{64} cannot be copied to registry\.example\.com\/shop:a{32}: 401 Unauthorized; check the login: registry\.username/,
    );
  });

  test("has beside it what lies beside the original, or says what stays", async () => {
    const signature = `dev.example.com/shop:sha256-${"a".repeat(64)}.sig`;
    const statement = `dev.example.com/shop:sha256-${"a".repeat(64)}.att`;
    const referrer = `dev.example.com/shop@sha256:${"c".repeat(64)}`;
    const attached = () => Promise.resolve([signature, statement, referrer]);
    const run = { inputs, preview: false, timeoutSeconds: 5 };
    await new ImageCopy(lookup(DIGEST, attached)).create(subject, run);
    expect(copied.slice(1)).toEqual(
      [signature, statement, referrer].map((from) => [
        from,
        from.replace("dev.example.com", "registry.example.com"),
      ]),
    );
    expect(warned).toEqual([
      `what belongs to ${FROM} stays behind in part: ${statement} (413 too large) cannot be copied to registry.example.com/shop`,
    ]);
  });

  test("is one without signatures where these cannot be looked up, and says so", async () => {
    const attached = () => Promise.reject(new Error("no answer"));
    const run = { inputs, preview: false, timeoutSeconds: 5 };
    await new ImageCopy(lookup(DIGEST, attached)).create(subject, run);
    expect(warned).toEqual([
      `signatures and the like of ${FROM} stay behind if it has any, because they cannot be looked up: no answer`,
    ]);
  });

  test("that the registry has lost is a change of an up without a refresh, too", async () => {
    const args = { id: "x", oldInputs: inputs, news: inputs, oldOutputs: {}, ignoreChanges: [] };
    const diff = (look: ReturnType<typeof lookup>) => new ImageCopy(look).diff(subject, args);
    expect(await diff(lookup(DIGEST))).toEqual({ changed: [] });
    expect(await diff(lookup(undefined))).toEqual({ changed: ["image"] });
    const silent = () => ({ ...lookup(DIGEST)(), digest: () => Promise.reject(new Error("no")) });
    expect(await new ImageCopy(silent).diff(subject, args)).toEqual({ changed: [] });

    const run = { ...args, oldOutputs: { image: "i" }, preview: false, timeoutSeconds: 5 };
    expect(await new ImageCopy(lookup(DIGEST)).update(subject, run)).toMatchObject({ image: "i" });
    expect(copied).toHaveLength(1);
  });

  test("that the registry has lost is gone for the engine, so that the next up makes it again", async () => {
    const state = { id: "x", outputs: inputs, inputs };
    expect(await new ImageCopy(lookup(undefined)).read(subject, state)).toBeUndefined();
    expect(await new ImageCopy(lookup(DIGEST)).read(subject, state)).toMatchObject({ id: "x" });
  });
});

describe("what lies beside an image", () => {
  const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
  const tag = (letter: string, suffix = ""): string =>
    `dev/shop:sha256-${letter.repeat(64)}${suffix}`;

  test("is found by cosign's tags, of an index for each of its images, and by the list under a tag", async () => {
    const manifests: Record<string, string[]> = {
      [`dev/shop@${digest("a")}`]: [digest("b")],
      [tag("b")]: [digest("c")],
    };
    const has = [tag("a", ".sig"), tag("b", ".sbom"), tag("c", ".att")];
    const look = {
      digest: (reference: string) =>
        Promise.resolve(has.includes(reference) ? digest("f") : undefined),
      manifest: (reference: string) =>
        Promise.resolve({ manifests: (manifests[reference] ?? []).map((digest) => ({ digest })) }),
      referrers: () => Promise.resolve(undefined),
    };
    expect(await attachedTo(`dev/shop@${digest("a")}`, look)).toEqual([
      tag("a", ".sig"),
      tag("b", ".sbom"),
      `dev/shop@${digest("c")}`,
      tag("c", ".att"),
    ]);
  });

  test.each(["../../../x", "sha256:a", "--x", undefined])(
    "is not looked for under %j, which is no digest",
    async (listed) => {
      const asked: string[] = [];
      const look = {
        digest: (reference: string) => {
          asked.push(reference);
          return Promise.resolve(undefined);
        },
        manifest: () => Promise.resolve({ manifests: [{ digest: listed as string }] }),
        referrers: () => Promise.resolve([]),
      };
      await expect(attachedTo(`dev/shop@${digest("a")}`, look)).rejects.toThrow(
        "the registry lists what is no digest",
      );
      expect(asked.every((reference) => reference.startsWith(tag("a")))).toBe(true);
    },
  );

  test.each(["Basic", "Bearer"])(
    "is found by the registry's own list, page by page, with a login by %s",
    async (scheme) => {
      const server = createServer(({ url, headers }, response) => {
        if (headers.authorization !== `${scheme} right`) {
          response.writeHead(401, { "www-authenticate": `${scheme} realm="x"` }).end();
        } else if (url?.includes(`/v2/team/shop/referrers/${digest("a")}`) !== true) {
          response.writeHead(404).end();
        } else {
          const isFirst = !url.includes("?");
          if (isFirst) {
            response.setHeader("link", `<${url}?next=1>; rel="next"`);
          }
          const manifests = [{ digest: digest(isFirst ? "b" : "c") }];
          response.end(JSON.stringify({ manifests }));
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const authorization = {
        token: () => Promise.resolve("Bearer right"),
        basic: () => Promise.resolve("Basic right"),
      };
      const of = (path: string) =>
        referrersOf(`127.0.0.1:${port}/${path}`, digest("a"), authorization);
      try {
        expect(await of("team/shop")).toEqual([{ digest: digest("b") }, { digest: digest("c") }]);
        expect(await of("team/other")).toBeUndefined();
      } finally {
        server.close();
      }
    },
  );

  test("is asked for with TLS first, and never without it from a server whose certificate is not trusted", async () => {
    const { server: pair } = await mutualTls("127.0.0.1");
    const server = createTlsServer(pair, (_, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const none = () => Promise.reject(new Error("no login"));
    try {
      const asked = referrersOf(`127.0.0.1:${port}/shop`, digest("a"), {
        token: none,
        basic: none,
      });
      await expect(asked).rejects.toThrow("fetch failed");
    } finally {
      server.close();
    }
  });

  test("is asked for with crane's logins, which are in no argument", async () => {
    const server = createServer(({ headers }, response) => {
      const isIn = headers.authorization === `Basic ${Buffer.from("ci:s3cret").toString("base64")}`;
      if (isIn) {
        response.end(JSON.stringify({ manifests: [{ digest: digest("b") }] }));
      } else {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const folder = craneDoes(
      `echo "$@" >>$SAID; case "$1" in auth) echo '{"Username":"ci","Secret":"s3cret"}';; manifest) echo '{}';; *) echo "Error: MANIFEST_UNKNOWN" >&2; exit 1;; esac`,
    );
    try {
      const repository = `127.0.0.1:${port}/shop`;
      expect(await new Registry(undefined).attached(`${repository}@${digest("a")}`)).toEqual([
        `${repository}@${digest("b")}`,
      ]);
      const said = readFileSync(join(folder, "said"), "utf8");
      expect(said).toContain(`auth get -- 127.0.0.1:${port}\n`);
      expect(said).not.toContain("s3cret");
    } finally {
      server.close();
    }
  });
});
