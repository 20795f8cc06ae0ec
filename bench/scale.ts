import { join } from "node:path";

import { execa } from "execa";

import { Project } from "../testbed/project.ts";
import { succeed } from "../testbed/succeed.ts";
import { environment } from "../tools/platform/environment.ts";
import { timed } from "./progress.ts";
import { watchesDuring } from "./watches.ts";

const SHOP = join(import.meta.dirname, "../example/shop");

/** One stack of some number of services. */
export interface ScaleFigures {
  readonly services: number;
  /** Seconds of a preview in which everything is to be created. */
  readonly preview: number;
  /** Seconds of the first `up`. */
  readonly first: number;
  /** Seconds of an `up` with nothing to do. */
  readonly nothing: number;
  /** Most watches that the first `up` had open on the API server at a time. */
  readonly watches: number;
}

/** Measures a stack of each of these numbers of services, with one pod each of one small image. */
export async function measureScale(sizes: readonly number[]): Promise<readonly ScaleFigures[]> {
  const image = await buildImage();
  const figures: ScaleFigures[] = [];
  for (const size of sizes) {
    figures.push(await measureStack(size, image));
  }
  return figures;
}

async function measureStack(services: number, image: string): Promise<ScaleFigures> {
  const project = await Project.create(`scale-${services}`);
  try {
    await project.settings({ services: settingsOf(services, image) });
    const label = `stack of ${services}`;
    const preview = await timed(`${label}: preview`, () =>
      succeed(project.pulumi("preview", "--stack=dev")),
    );
    let first = NaN;
    const watches = await watchesDuring(async () => {
      first = await timed(`${label}: first up`, () => succeed(project.up()));
    });
    const nothing = await timed(`${label}: nothing to do`, () => succeed(project.up()));
    return { services, preview, first, nothing, watches };
  } finally {
    await project.dispose();
  }
}

function settingsOf(services: number, image: string): Readonly<Record<string, object>> {
  const service = serviceOf(image);
  return Object.fromEntries(
    Array.from({ length: services }, (_, index) => [`service-${index + 1}`, service]),
  );
}

/** A service of one small pod of the image that {@link buildImage} makes. */
export function serviceOf(image: string): object {
  return {
    image,
    port: 8080,
    replicas: 1,
    health: "/healthz",
    ready: "/readyz",
    drainSeconds: 0,
    // Fifty pods start on one small node at once: they must fit, and may take their time.
    resources: { requests: { cpu: "5m", memory: "32Mi" } },
    deadlineSeconds: 600,
    // A pause, beside which nobody would see what the work itself takes.
    settleSeconds: 0,
  };
}

/** Builds the example, pushes it and returns it with its digest. */
export async function buildImage(): Promise<string> {
  const env = environment();
  const docker = (...args: string[]) => execa("docker", args, { env });
  const tag = `${env.SLIPWAY_REGISTRY}/bench/scale`;
  const base = `BASE=${env.SLIPWAY_BASE_IMAGE}`;
  await docker("build", "--quiet", "--tag", tag, "--build-arg", base, SHOP);
  await docker("push", "--quiet", tag);
  const format = "{{range .RepoDigests}}{{println .}}{{end}}";
  const { stdout } = await docker("image", "inspect", "--format", format, tag);
  const pinned = stdout.split("\n").find((reference) => reference.startsWith(`${tag}@`));
  if (pinned === undefined) {
    throw new Error(`the push of ${tag} gave no digest, got "${stdout}"`);
  }
  return pinned;
}
