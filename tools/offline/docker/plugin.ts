import pulumiDocker from "@pulumi/docker/package.json" with { type: "json" };
import { contentHash } from "../../../build-context/content-hash.ts";
import type { Plugin, Properties, Subject } from "../../../wire/plugin.ts";
import { containsUnknown, UNKNOWN } from "../../../wire/unknown.ts";
import { changedPaths } from "../changed-paths.ts";
import { notInStandIn, standInFor } from "../stand-in.ts";
import type { Login } from "./credentials.ts";
import { type DockerContext, makeImage } from "./image.ts";
import { type BuildInputs, checkImage, type ImageInputs, pathsOf } from "./image-inputs.ts";

const IMAGE = "docker:index/image:Image";

/** A login that changed says nothing about the image. */
const LOGIN = ["registry.username", "registry.password"];

/** Options that say how to reach a Docker engine, beyond its address. */
const REFUSED = ["context", "sshOpts", "caMaterial", "certMaterial", "keyMaterial", "certPath"];

/**
 * Stands in for the official Docker plugin: builds images with the Docker client and pushes them.
 * As with the official plugin, an image stays where it is when its resource is deleted.
 *
 * @see https://www.pulumi.com/registry/packages/docker/
 */
export function dockerPlugin(): Plugin {
  const interruption = new AbortController();
  let host: string | undefined;
  let logins: readonly Login[] = [];
  const context = ({ log }: Subject): DockerContext => ({
    host,
    logins,
    log,
    signal: interruption.signal,
  });
  return {
    ...standInFor("docker", pulumiDocker),
    configure: (properties) => {
      refuse(properties);
      const { host: address, registryAuth } = properties;
      host = typeof address === "string" && address !== "" ? address : undefined;
      logins = loginsOf(registryAuth);
    },
    check: (subject, { news }) => {
      requireImage(subject);
      const failures = containsUnknown(news["imageName"]) ? [] : checkImage(news);
      return { inputs: withDigest(news), failures };
    },
    diff: (_subject, { oldInputs, news }) => ({
      changed: changedPaths(oldInputs, news).filter((path) => !LOGIN.includes(path)),
    }),
    create: async (subject, { inputs, preview }) => ({
      id: String(inputs["imageName"]),
      outputs: await made(inputs, preview, context(subject)),
    }),
    update: (subject, { news, preview }) => made(news, preview, context(subject)),
    read: ({ type }, { id, outputs }) =>
      Object.keys(outputs).length === 0
        ? Promise.reject(notInStandIn(`the import of a ${type}`, "docker"))
        : Promise.resolve({ id, outputs }),
    delete: () => Promise.resolve(),
    invoke: (token) => Promise.reject(notInStandIn(token, "docker")),
    cancel: () => {
      interruption.abort();
    },
  };
}

async function made(
  inputs: Properties,
  preview: boolean,
  context: DockerContext,
): Promise<Properties> {
  const image = inputs as unknown as ImageInputs;
  if (!preview) {
    return makeImage(image, context);
  }
  if (image.buildOnPreview === true && !containsUnknown(inputs)) {
    await makeImage({ ...image, skipPush: true }, context);
  }
  return previewed(image);
}

function requireImage({ type }: Subject): void {
  if (type !== IMAGE) {
    throw notInStandIn(type, "docker");
  }
}

/** The digest of all that the builder sees, so that another content is another input. */
function withDigest(news: Properties): Properties {
  const build = (news["build"] ?? {}) as BuildInputs;
  const paths = pathsOf(build);
  if (containsUnknown(build)) {
    return news;
  }
  try {
    return { ...news, build: { ...build, ...paths, contextDigest: contentHash(paths) } };
  } catch (error) {
    throw new Error(
      `build context ${paths.context}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function previewed({ imageName, build = {} }: ImageInputs): Properties {
  return {
    imageName,
    baseImageName: imageName,
    repoDigest: UNKNOWN,
    registryServer: UNKNOWN,
    ...pathsOf(build),
  };
}

function refuse(properties: Properties): void {
  for (const option of REFUSED) {
    if (![undefined, "", "{}"].includes(properties[option] as string)) {
      throw notInStandIn(`the provider option ${option}`, "docker");
    }
  }
}

/** The engine hands lists of the provider's configuration over as JSON. */
function loginsOf(registryAuth: unknown): Login[] {
  const list = (
    typeof registryAuth === "string" && registryAuth !== ""
      ? JSON.parse(registryAuth)
      : registryAuth
  ) as
    | readonly {
        readonly address: string;
        readonly username?: string;
        readonly password?: string;
      }[]
    | undefined;
  return (list ?? []).map(({ address, username = "", password = "" }) => ({
    server: address,
    username,
    password,
  }));
}
