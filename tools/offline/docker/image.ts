import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Properties } from "../../../wire/plugin.ts";
import { type Login, withLogins } from "./credentials.ts";
import { buildArguments, docker } from "./docker-client.ts";
import { type ImageInputs, pathsOf, registryOf, repositoryOf } from "./image-inputs.ts";

/** What every image of a program is built and pushed with. */
export interface DockerContext {
  /** Address of the Docker engine. @default `DOCKER_HOST`, or the client's own */
  readonly host?: string | undefined;
  readonly logins: readonly Login[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

type Run = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  quiet?: boolean,
) => Promise<string[]>;

/** Builds an image and pushes it, or with `skipPush` leaves it with the Docker engine. */
export async function makeImage(inputs: ImageInputs, context: DockerContext): Promise<Properties> {
  const { imageName, registry = {}, build = {}, skipPush = false } = inputs;
  const { username, password, server = registryOf(imageName) } = registry;
  const own =
    username !== undefined && password !== undefined ? [{ server, username, password }] : [];
  const logins = [...context.logins, ...own];
  return withLogins(logins, async (configFolder) => {
    const run = runner(context, configFolder, logins);
    const id = await buildImage(inputs, configFolder, run);
    return {
      imageName,
      baseImageName: imageName,
      registryServer: server,
      ...pathsOf(build),
      ...(build.platform !== undefined && { platform: build.platform }),
      repoDigest: skipPush ? id : await pushImage(imageName, run),
    };
  });
}

function runner(
  { host, log, signal }: DockerContext,
  configFolder: string,
  logins: readonly Login[],
): Run {
  const base = { DOCKER_CONFIG: configFolder, ...(host !== undefined && { DOCKER_HOST: host }) };
  const secrets = logins.map(({ password }) => password);
  return (args, env = {}, quiet = false) => {
    const show = (line: string) => {
      if (!quiet) {
        log.status(line);
      }
    };
    return docker({ args, env: { ...env, ...base }, show, signal, secrets });
  };
}

async function buildImage(
  { imageName, build = {} }: ImageInputs,
  configFolder: string,
  run: Run,
): Promise<string> {
  const { context, dockerfile } = pathsOf(build);
  const { target, platform, network, args = {}, addHosts = [], cacheFrom } = build;
  const values = buildArguments(args);
  const idFile = join(configFolder, "image-id");
  const buildKit = build.builderVersion !== "BuilderV1" && (await hasBuildx(run));
  await run(
    [
      "build",
      ...["--tag", imageName, "--file", dockerfile, "--iidfile", idFile],
      ...(target === undefined ? [] : ["--target", target]),
      ...(platform === undefined ? [] : ["--platform", platform]),
      ...(network === undefined ? [] : ["--network", network]),
      ...addHosts.flatMap((host) => ["--add-host", host]),
      ...(cacheFrom?.images ?? []).flatMap((image) => ["--cache-from", image]),
      ...(buildKit ? ["--progress", "plain"] : []),
      ...values.args,
      context,
    ],
    { ...values.env, DOCKER_BUILDKIT: buildKit ? "1" : "0" },
  );
  return (await readFile(idFile, "utf8")).trim();
}

let buildx: Promise<boolean> | undefined;

/** Asked once: it does not change while a program runs. */
async function hasBuildx(run: Run): Promise<boolean> {
  buildx ??= run(["buildx", "version"], {}, true).then(
    () => true,
    () => false,
  );
  return buildx;
}

/** Pushes the tag, and takes the digest from the registry's own answer. */
async function pushImage(imageName: string, run: Run): Promise<string> {
  const lines = await run(["push", imageName]);
  const digest = lines
    .map((line) => /digest: (sha256:[0-9a-f]{64})/.exec(line)?.[1])
    .findLast((found) => found !== undefined);
  if (digest === undefined) {
    throw new Error(`docker push ${imageName}: the registry told no digest: ${lines.at(-1) ?? ""}`);
  }
  return `${repositoryOf(imageName)}@${digest}`;
}
