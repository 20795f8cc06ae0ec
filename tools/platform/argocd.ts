import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { execa } from "execa";
import { argoCd, argoCdKinds, argoCdProgram } from "../go/argocd.ts";
import type { Addition } from "./addition.ts";
import { clusterConfig } from "./cluster.ts";
import { inCluster } from "./controller.ts";
import { ARGO_CD_IMAGE } from "./images.ts";
import { provided, REDIS } from "./needed-program.ts";
import { librariesOf } from "./node-image.ts";

/** What its server, which is not here, would create. */
const DEFAULT_PROJECT = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AppProject",
  metadata: { name: "default", namespace: "argocd" },
  spec: {
    sourceRepos: ["*"],
    destinations: [{ namespace: "*", server: "*" }],
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  },
};

const controllers = inCluster({
  title: "Argo CD",
  place: { namespace: "argocd", name: "argocd" },
  label: "argocd",
  tools: argoCd,
  image: {
    name: ARGO_CD_IMAGE,
    recipe: "argocd.Dockerfile",
    program: () => argoCdProgram("argocd"),
    fill: fillImage,
  },
  manifests: "argocd.yaml",
  definitions: argoCdKinds,
});

/** Argo CD's controllers of Applications and ApplicationSets, with their kinds and the project `default`. */
export const argoCdControllers: Addition = {
  ...controllers,
  ensure: async (report) => {
    await controllers.ensure(report);
    const api = KubernetesObjectApi.makeApiClient(clusterConfig());
    const { ServerSideApply } = PatchStrategy;
    await api.patch(DEFAULT_PROJECT, undefined, undefined, "slipway", true, ServerSideApply);
  },
};

/** What it calls: kustomize, Git with its transports over HTTP, and a cache. */
async function fillImage(context: string): Promise<void> {
  const [git, redis, { stdout: gitCore }] = await Promise.all([
    which("git"),
    provided(REDIS).then(which),
    execa("git", ["--exec-path"]),
  ]);
  const remotes = ["git-remote-http", "git-remote-https"].map((name) => join(gitCore, name));
  const programs = [git, redis, ...remotes];
  const libraries = await Promise.all(programs.map(librariesOf));
  const copies = new Map([[argoCdProgram("kustomize"), "/usr/bin/kustomize"]]);
  copies.set(git, "/usr/bin/git").set(redis, "/usr/bin/redis-server");
  for (const file of [...remotes, ...libraries.flat()]) {
    copies.set(file, file);
  }
  for (const [from, to] of copies) {
    const place = join(context, "root", to);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(from, place);
  }
}

async function which(program: string): Promise<string> {
  const { stdout } = await execa("which", [program]);
  return stdout;
}
