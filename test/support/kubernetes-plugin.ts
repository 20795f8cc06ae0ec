import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { credentials, type ServiceError } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { execa } from "execa";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";

import { CHECKOUT } from "../../tools/platform/folders.ts";
import { pinnedPlugins } from "../../tools/plugins/official.ts";
import { readMark } from "../../tools/plugins/stand-in.ts";

/** The Kubernetes plugin of this process's runs. */
export interface KubernetesPlugin {
  readonly origin: "stand-in" | "official";
  /** What it says itself: it may be installed as a later one. */
  readonly version: string;
  /**
   * Whether it creates a new object with a POST, as the field manager `pulumi-kubernetes`: then one that exists already is an
   * error, and the first update moves to server-side apply. Before 4.29 a create is a server-side apply as any other, under
   * the manager that the state keeps, and takes over whatever has the name.
   *
   * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/CHANGELOG.md#4290-april-15-2026
   */
  readonly createsClientSide: boolean;
  /** Whether it breaks off what it has asked the API server, when the run is stopped; it may or may not be done then. */
  readonly breaksOff: boolean;
  /**
   * Within how many seconds it ends after its engine was killed; null if it does not notice. The official one asks for its
   * engine every five minutes, but before 4.31 nothing follows from the answer. The stand-in has less to wait for.
   *
   * @see https://github.com/pulumi/pulumi/pull/22358
   */
  readonly noticesWithinSeconds: number | null;
}

/** Versions of the official plugin from which on something is as it is now. */
const CREATES_CLIENT_SIDE = "4.29.0";
const NOTICES_ITS_ENGINE = "4.31.0";

/** With some for the end itself. */
const NOTICES_WITHIN_SECONDS = { "stand-in": 75, official: 330 };

/**
 * Asks the plugin what it is.
 *
 * @param home Pulumi's folder
 * @throws if it has none in the version that the program asks for
 */
export async function kubernetesPlugin(
  home = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"),
): Promise<KubernetesPlugin> {
  const asked = pinnedPlugins(CHECKOUT).find(({ name }) => name === "kubernetes")?.version ?? "";
  const folder = join(home, "plugins", `resource-kubernetes-v${asked}`);
  const program = join(folder, "pulumi-resource-kubernetes");
  if (!existsSync(program)) {
    throw new Error(`no Kubernetes plugin ${asked} in ${home}; run npm run test:plugins once`);
  }
  const version = await versionOf(program);
  const origin = readMark(folder) === undefined ? "official" : "stand-in";
  const isFrom = (other: string) => version.localeCompare(other, "en", { numeric: true }) >= 0;
  return {
    origin,
    version,
    createsClientSide: isFrom(CREATES_CLIENT_SIDE),
    breaksOff: origin === "official",
    noticesWithinSeconds: isFrom(NOTICES_ITS_ENGINE) ? NOTICES_WITHIN_SECONDS[origin] : null,
  };
}

/** Without an engine's address a plugin prints its port, and waits to be asked. */
async function versionOf(program: string): Promise<string> {
  const running = execa(program, { stdin: "ignore", stderr: "ignore", reject: false });
  try {
    for await (const port of createInterface(running.stdout)) {
      return (await infoOf(`127.0.0.1:${port}`)).getVersion();
    }
    throw new Error(`${program} ended without a port`);
  } finally {
    running.kill("SIGKILL");
    await running;
  }
}

function infoOf(address: string): Promise<PluginInfo> {
  const client = new grpc.ResourceProviderClient(address, credentials.createInsecure());
  return new Promise<PluginInfo>((resolve, reject) => {
    client.getPluginInfo(new emptyPb.Empty(), (error: ServiceError | null, info: PluginInfo) => {
      if (error === null) {
        resolve(info);
      } else {
        reject(error);
      }
    });
  }).finally(() => {
    client.close();
  });
}
