import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Project } from "../../testbed/project.ts";
import type { Sandbox } from "./sandbox.ts";

/** A project whose commands run in a sandbox, on the platform that is up there. */
export function sandboxProject(story: string, sandbox: Sandbox): Promise<Project> {
  const base = readFileSync(join(sandbox.state, "base-image.json"), "utf8");
  return Project.create(story, {
    env: {
      SLIPWAY_KUBECONFIG: join(sandbox.state, "kubeconfig"),
      SLIPWAY_REGISTRY: "127.0.0.1:25000",
      SLIPWAY_BASE_IMAGE: JSON.parse(base) as string,
      DOCKER_HOST: `unix://${sandbox.state}/docker/docker.sock`,
    },
    enter: (folder) => sandbox.enter(folder),
  });
}
