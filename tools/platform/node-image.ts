import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { docker } from "./docker.ts";
import { NODE_REPOSITORY } from "./images.ts";
import { registryDigest } from "./registry-digest.ts";

const RECIPE = join(import.meta.dirname, "images/node.Dockerfile");
const CERTIFICATE_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const BUSYBOX_PATH = ["/bin/busybox", "/usr/bin/busybox"];

const accounts = {
  "etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  "etc/group": "root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/**
 * Puts the Node base image into the registry, made of what this machine has: the Node of
 * node_modules with its libraries, busybox as shell, and the certificates of public authorities.
 * @returns `repository@sha256:…`.
 */
export async function ensureNodeImage(): Promise<string> {
  const parts = await imageParts();
  const image = `${NODE_REPOSITORY}:${parts.version}-${contentKey(parts)}`;
  if (!(await registryDigest(image))) {
    await build(image, parts);
  }
  const digest = await registryDigest(image);
  if (!digest) {
    throw new Error(
      `the registry does not have ${image} although it was pushed; run: npm run platform -- reset, then up again`,
    );
  }
  return `${NODE_REPOSITORY}@${digest}`;
}

interface Parts {
  readonly version: string;
  readonly node: string;
  readonly busybox: string;
  /** Absolute paths, the same on the machine and in the image. */
  readonly libraries: readonly string[];
}

async function imageParts(): Promise<Parts> {
  const manifest = createRequire(import.meta.filename).resolve("node/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const node = join(dirname(manifest), "bin/node");
  const busybox = BUSYBOX_PATH.find((file) => existsSync(file));
  if (!busybox) {
    throw new Error("busybox is missing; install it with: apt-get install busybox-static");
  }
  const libraries = await Promise.all([node, busybox].map(librariesOf));
  return { version, node, busybox, libraries: [...new Set(libraries.flat())].sort() };
}

/** The libraries that a program is loaded with, as absolute paths; nothing for a static program, at which ldd fails. */
export async function librariesOf(program: string): Promise<string[]> {
  const { stdout, failed } = await execa("ldd", [program], { reject: false });
  return failed ? [] : parseLdd(stdout);
}

/** The files that `ldd` names: `lib => /path (0x…)`, or the loader's path alone. */
export function parseLdd(output: string): string[] {
  return output
    .split("\n")
    .flatMap((line) => /(?:=> |^\s*)(?<file>\/\S+) \(0x/.exec(line)?.groups?.["file"] ?? []);
}

function contentKey({ version, busybox, libraries }: Parts): string {
  const hash = createHash("sha256").update(version).update(JSON.stringify(accounts));
  for (const file of [RECIPE, busybox, CERTIFICATE_BUNDLE, ...libraries]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}

async function build(image: string, parts: Parts): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "slipway-node-"));
  try {
    copyFileSync(RECIPE, join(context, "Dockerfile"));
    await fillRoot(join(context, "root"), parts);
    await docker(
      "build",
      "--quiet",
      "--build-arg",
      `NODE_VERSION=${parts.version}`,
      "--tag",
      image,
      context,
    );
    await docker("push", "--quiet", image);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

async function fillRoot(root: string, { node, busybox, libraries }: Parts): Promise<void> {
  const copies = {
    [node]: "usr/local/bin/node",
    [busybox]: "bin/busybox",
    [CERTIFICATE_BUNDLE]: CERTIFICATE_BUNDLE,
  };
  for (const library of libraries) {
    copies[library] = library;
  }
  for (const [from, to] of Object.entries(copies)) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
  for (const folder of ["root", "home/node", "tmp", "var/tmp", "usr/bin"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ["tmp", "var/tmp"]) {
    chmodSync(join(root, folder), 0o1777);
  }
  for (const [file, content] of Object.entries(accounts)) {
    writeFileSync(join(root, file), content);
  }
  const { stdout } = await execa(busybox, ["--list"]);
  for (const applet of stdout.split("\n").filter((name) => name !== "busybox")) {
    symlinkSync("busybox", join(root, "bin", applet));
  }
}
