import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { registryServer } from "../../contract/image-reference.ts";
import { FUNCTIONS } from "../../contract/tokens.ts";
import type { BuildPlan } from "./build-plan.ts";
import { type BuildxOptions, lentSecrets, secretSources } from "./buildx-options.ts";
import { ImageBuild } from "./image-build.ts";
import { loginTo, type Registry } from "./registry.ts";
import { requirePushed } from "./require-pinned.ts";

/** Where an image is pushed to. */
type Target = Pick<Registry, "repository" | "username" | "password">;

/** An image that is built and pushed under the hash of its content. */
export function pushed(
  name: string,
  { tag, build, buildx }: BuildPlan,
  target: Target,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const imageName = `${target.repository}/${name}:${tag}`;
  const image =
    buildx === undefined
      ? byPlugin(name, imageName, build, target, opts)
      : byBuildx(name, imageName, { build, buildx }, target, opts);
  return image.repoDigest.apply((digest) => requirePushed(name, digest));
}

function byPlugin(
  name: string,
  imageName: string,
  build: BuildPlan["build"],
  { repository, username, password }: Target,
  opts: pulumi.CustomResourceOptions,
): docker.Image {
  // The provider compares a digest of the context, too. It sees mode bits that git does not keep,
  // but it does so whatever `ignoreChanges` says: the docs tell to keep the builders' umask equal.
  const registry = { server: registryServer(repository), username, password };
  return new docker.Image(name, { imageName, build: { ...build }, registry }, opts);
}

function byBuildx(
  name: string,
  imageName: string,
  { build, buildx }: Required<Pick<BuildPlan, "build" | "buildx">>,
  target: Target,
  opts: pulumi.CustomResourceOptions,
): ImageBuild {
  const { context, dockerfile, target: stage, args, platform } = build;
  const { secrets, ssh, cacheFrom, cacheTo, labels } = buildx;
  const platforms = buildx.platforms ?? (platform === undefined ? undefined : [platform]);
  const login = loginTo(target);
  return new ImageBuild(
    name,
    {
      ...{ imageName, context, dockerfile, args },
      ...(stage !== undefined && { target: stage }),
      ...(platforms && { platforms }),
      ...(secrets && { secrets: sourcesOnceLent(name, buildx, opts) }),
      ...(ssh && { ssh }),
      ...(cacheFrom && { cacheFrom }),
      ...(cacheTo !== undefined && { cacheTo }),
      ...(labels && { labels }),
      ...(login && { login }),
    },
    opts,
  );
}

/** Values reach the provider by a call of its own: inputs of a resource are in the state. */
function sourcesOnceLent(
  name: string,
  buildx: BuildxOptions,
  { parent }: pulumi.CustomResourceOptions,
): pulumi.Input<ReturnType<typeof secretSources>> {
  const sources = secretSources(name, buildx);
  const values = lentSecrets(name, buildx);
  if (Object.keys(values).length === 0 || pulumi.runtime.isDryRun()) {
    return sources;
  }
  const opts = parent === undefined ? {} : { parent };
  const lent = pulumi.runtime.invokeOutput(FUNCTIONS.lendSecrets, { values }, opts);
  return pulumi.unsecret(lent.apply(() => sources));
}
