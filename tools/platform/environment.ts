import { delimiter, join } from "node:path";
import { craneFolder } from "../go/crane.ts";
import { REGISTRY } from "./addresses.ts";
import { DOCKER_SOCKET } from "./daemons/dockerd.ts";
import { externalPlatform } from "./external.ts";
import { CHECKOUT, state } from "./folders.ts";
import { kubeconfigs } from "./kubeconfig.ts";
import { readJson } from "./private-file.ts";

/** Variables that everything runs with: the program, the tests, the bench, a user's shell. */
export interface PlatformEnvironment extends Readonly<Record<string, string>> {
  /** Absolute path of a kubeconfig; the local platform's has one context, `slipway-platform`. */
  readonly SLIPWAY_KUBECONFIG: string;
  /** `host:port` that images are pushed to and pulled from. */
  readonly SLIPWAY_REGISTRY: string;
  /** A Node image to build services from. */
  readonly SLIPWAY_BASE_IMAGE: string;
  /** Where stacks' states lie. */
  readonly PULUMI_BACKEND_URL: string;
  readonly PULUMI_SKIP_UPDATE_CHECK: string;
  /** With this checkout's node_modules/.bin first, and the crane that the platform has built last. */
  readonly PATH: string;
}

/** File that `up` leaves the Node image's reference in. */
export const BASE_IMAGE_FILE = state("base-image.json");

/** Passphrase of the local demo's stacks; their secrets are as public as this line. */
const DEMO_PASSPHRASE = "slipway-local-demo";

const PUBLIC_BASE_IMAGE = "node:24-alpine";

/**
 * The variables for the local platform, or for the cluster and registry that the user's own name.
 * The user's settings of Pulumi's backend and passphrase stay.
 * @throws When the local platform was never up.
 */
export function environment(given: NodeJS.ProcessEnv = process.env): PlatformEnvironment {
  return { ...clusterVariables(given), ...pulumiVariables(given), PATH: pathWithTools(given) };
}

function clusterVariables(
  given: NodeJS.ProcessEnv,
): Pick<PlatformEnvironment, "SLIPWAY_KUBECONFIG" | "SLIPWAY_REGISTRY" | "SLIPWAY_BASE_IMAGE"> {
  const external = externalPlatform(given);
  if (external) {
    return {
      SLIPWAY_KUBECONFIG: external.kubeconfig,
      SLIPWAY_REGISTRY: external.registry,
      SLIPWAY_BASE_IMAGE: given["SLIPWAY_BASE_IMAGE"] || PUBLIC_BASE_IMAGE,
    };
  }
  const base = readJson(BASE_IMAGE_FILE);
  if (typeof base !== "string") {
    throw new Error("the local platform has never been up; run: npm run platform -- up");
  }
  return {
    SLIPWAY_KUBECONFIG: kubeconfigs.administrator,
    SLIPWAY_REGISTRY: REGISTRY,
    SLIPWAY_BASE_IMAGE: base,
    ...{ DOCKER_HOST: `unix://${DOCKER_SOCKET}` },
  };
}

function pulumiVariables(
  given: NodeJS.ProcessEnv,
): Pick<PlatformEnvironment, "PULUMI_BACKEND_URL" | "PULUMI_SKIP_UPDATE_CHECK"> {
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = given;
  const passphrase = PULUMI_CONFIG_PASSPHRASE_FILE
    ? { PULUMI_CONFIG_PASSPHRASE_FILE }
    : { PULUMI_CONFIG_PASSPHRASE: PULUMI_CONFIG_PASSPHRASE ?? DEMO_PASSPHRASE };
  return {
    PULUMI_BACKEND_URL: PULUMI_BACKEND_URL || `file://${state("pulumi")}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...passphrase,
  };
}

function pathWithTools({ PATH }: NodeJS.ProcessEnv): string {
  const tools = join(CHECKOUT, "node_modules/.bin");
  const crane = craneFolder();
  const rest = (PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== tools && folder !== crane);
  return [tools, ...rest, crane].join(delimiter);
}
