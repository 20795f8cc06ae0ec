// Runs a program in crane's place, which says what it was called with: what real registries say is for the stories
// test/e2e/environments.test.ts and test/e2e/promotion-copy.test.ts.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { imageDigests } from "../../provider/image-digests.ts";
import { ImageCopy } from "../../provider/image-copy.ts";
import { loggedIn } from "../../provider/registry/login.ts";
import { Registry } from "../../provider/registry/registry.ts";
import type { Subject } from "../../wire/plugin.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const FROM = `dev.example.com/shop@${DIGEST}`;
const login = { server: "registry.example.com", username: "ci", password: "s3cret" };
const subject = { urn: "urn", type: RESOURCES.ImageCopy, name: "shop" } as Subject;

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
    'echo "$@ $DOCKER_CONFIG" >$SAID; cat $DOCKER_CONFIG/config.json >>$SAID; stat -c %a $DOCKER_CONFIG/config.json >>$SAID; echo ' +
      DIGEST,
  );
  expect(await new Registry(login).digest("registry.example.com/shop:1")).toBe(DIGEST);

  const [command = "", rest = ""] = readFileSync(join(folder, "said"), "utf8").split(/\n([^]*)/);
  expect(command).toMatch(/^digest registry\.example\.com\/shop:1 \/.*slipway-login-/);
  expect(rest).toContain(Buffer.from("ci:s3cret").toString("base64"));
  expect(rest).toMatch(/600\n$/);
  expect(existsSync(command.split(" ").at(-1) ?? "")).toBe(false);
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
    'case "$2" in *lost*) echo "Error: GET https://x: MANIFEST_UNKNOWN: manifest unknown" >&2; exit 1;; *shut*) echo "2026/11/21 note" >&2; echo "Error: UNAUTHORIZED: authentication required" >&2; exit 1;; esac; echo ' +
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

test("a machine without crane says where to get it", async () => {
  process.env = { ...given, PATH: folderWith({}) };
  await expect(new Registry(undefined).digest("x/y:1")).rejects.toThrow(
    /^the program crane is not on the PATH, .*; install it, e\.g\. with brew install crane/,
  );
});

describe("a copy", () => {
  const inputs = { from: FROM, to: "registry.example.com/shop", login };
  const copied: string[][] = [];
  const lookup = (digest: string | undefined) => () => ({
    copy: (...names: string[]) => {
      copied.push(names);
      return Promise.resolve();
    },
    digest: () => Promise.resolve(digest),
  });
  const create = (digest: string | undefined, preview = false) =>
    new ImageCopy(lookup(digest)).create(subject, { inputs, preview, timeoutSeconds: 5 });
  beforeEach(() => copied.splice(0));

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
    const copy = new ImageCopy(() => ({ copy: refused, digest: () => Promise.resolve(DIGEST) }));
    await expect(
      copy.create(subject, { inputs, preview: false, timeoutSeconds: 5 }),
    ).rejects.toThrow(
      /^dev\.example\.com\/shop@sha256:a{64} cannot be copied to registry\.example\.com\/shop:a{32}: 401 Unauthorized; check the login: registry\.username/,
    );
  });

  test("that the registry has lost is gone for the engine, so that the next up makes it again", async () => {
    const state = { id: "x", outputs: inputs, inputs };
    expect(await new ImageCopy(lookup(undefined)).read(subject, state)).toBeUndefined();
    expect(await new ImageCopy(lookup(DIGEST)).read(subject, state)).toMatchObject({ id: "x" });
  });
});
