import { execa } from "execa";
import { DOCKER_SOCKET } from "./daemons/dockerd.ts";
import { state } from "./folders.ts";

/**
 * Runs the docker client against the platform's own dockerd, with settings of its own.
 * @throws With the client's last lines.
 */
export async function docker(...args: string[]): Promise<void> {
  const { failed, all } = await execa("docker", args, {
    // The classic builder needs no plugin of the client.
    env: {
      DOCKER_HOST: `unix://${DOCKER_SOCKET}`,
      DOCKER_CONFIG: state("docker", "client"),
      DOCKER_BUILDKIT: "0",
      DOCKER_CONTEXT: "",
    },
    all: true,
    reject: false,
  });
  if (failed) {
    throw new Error(
      [`docker ${args.join(" ")} failed:`, ...all.split("\n").slice(-12)].join("\n  "),
    );
  }
}
