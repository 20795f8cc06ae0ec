import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { KubeConfig } from "@kubernetes/client-node";
import { type Command, Option } from "commander";
import { stringify } from "yaml";

import { clusterOf } from "./cluster-access.ts";
import { badInput, CommandFailure } from "./exit-code.ts";
import { lengthOfTime } from "./length-of-time.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import type { SlipwayOutputs } from "./outputs.ts";
import { ProjectStack } from "./project-stack.ts";
import { STANDARD_OUTPUT, writePrivate } from "./result-file.ts";

interface Options extends CommonOptions {
  readonly lane: string;
  readonly account: "agent" | "launcher";
  readonly for: number;
  readonly out?: string;
}

/** Kubernetes issues no token for less. */
const LIFETIME = lengthOfTime(600, "at least 10m, such as 30m or 1h");
const HELP = `
Needs the right to create tokens of the lane's accounts, which an administrator has and no lane. The file is the
account's own access: whoever reads it has its rights until it expires. Only its name is printed.

Example:
  $ npx slipway kubeconfig --stack dev --lane deploy --for 1h
  $ SLIPWAY_KUBECONFIG=$PWD/deploy.kubeconfig npx pulumi up --stack dev`;

/** `slipway kubeconfig`: access to the cluster as one of a lane's accounts, for a time. */
export function kubeconfigCommand(): Command {
  return stackCommand(
    "kubeconfig",
    "Writes a kubeconfig for an account of a lane, with a token that expires.",
    HELP,
  )
    .requiredOption("--lane <name>", "the lane: preview, build or deploy")
    .addOption(
      new Option("--account <which>", "who runs in the lane's pods, or who starts them")
        .choices(["agent", "launcher"])
        .default("agent"),
    )
    .option("--for <time>", "for how long, such as 30m or 1h; at least 10m", LIFETIME, 3600)
    .option(
      "--out <file>",
      "where to write it; by default <lane>.kubeconfig here, - for standard output",
    )
    .action(kubeconfig);
}

async function kubeconfig(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const { namespace: home, ...outputs } = await stack.outputs();
  const lane = laneOf(outputs, options.lane);
  const administrator = await clusterOf(stack);
  const name = lane[options.account];
  const { token, expires } = await tokenOf(administrator, lane.namespace, name, options.for);
  const text = stringify(kubeconfigWith(administrator, token, home));
  if (options.out === STANDARD_OUTPUT) {
    process.stdout.write(text);
    return;
  }
  const file = resolve(options.out ?? `${options.lane}.kubeconfig`);
  await writePrivate("--out", file, text);
  const account = `${lane.namespace}/${name}`;
  print(options, { file, account, expires }, `wrote ${file}: ${account} until ${expires}`);
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
async function tokenOf(config: KubeConfig, namespace: string, name: string, seconds: number) {
  const { ApiException, AuthenticationV1TokenRequest, CoreV1Api, V1TokenRequestSpec } =
    await import("@kubernetes/client-node");
  const body = new AuthenticationV1TokenRequest();
  body.spec = new V1TokenRequestSpec();
  body.spec.audiences = [];
  body.spec.expirationSeconds = seconds;
  const api = config.makeApiClient(CoreV1Api);
  const answer = await api
    .createNamespacedServiceAccountToken({ namespace, name, body })
    .catch((error: unknown) => {
      if (error instanceof ApiException && error.code === 403) {
        throw new CommandFailure(
          `this identity may not create serviceaccounts/token ${name} in ${namespace}; an administrator of the cluster may, and no lane`,
        );
      }
      throw error;
    });
  const token = answer.status?.token;
  const expires = answer.status?.expirationTimestamp;
  if (token === undefined || expires === undefined) {
    throw new CommandFailure("the API server returned no token; retry");
  }
  return { token, expires: expires.toISOString() };
}

function laneOf({ jenkins }: Pick<SlipwayOutputs, "jenkins">, wanted: string) {
  const lanes = Object.entries(jenkins?.lanes ?? {});
  const lane = lanes.find(([name]) => name === wanted)?.[1];
  if (lane !== undefined) {
    return lane;
  }
  const known = lanes.map(([name]) => name).join(", ");
  throw badInput(
    `--lane: got "${wanted}"; allowed: ${known || "none, because the stack has no lanes; set slipway:jenkins and run pulumi up as an administrator"}`,
  );
}

/** A kubeconfig for the same cluster, with a different user and nobody else's credentials. */
export function kubeconfigWith(config: KubeConfig, token: string, namespace: string): object {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new CommandFailure("slipway:cluster.context names no cluster");
  }
  const { server, caData, caFile, tlsServerName, skipTLSVerify, proxyUrl } = cluster;
  const authority = caFile === undefined ? caData : readFileSync(caFile).toString("base64");
  // The stack's settings may name the context.
  const context = config.getCurrentContext();
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "cluster",
        cluster: {
          server,
          ...(authority && { "certificate-authority-data": authority }),
          ...(tlsServerName && { "tls-server-name": tlsServerName }),
          ...(skipTLSVerify && { "insecure-skip-tls-verify": true }),
          ...(proxyUrl && { "proxy-url": withoutUser(proxyUrl) }),
        },
      },
    ],
    users: [{ name: "lane", user: { token } }],
    contexts: [{ name: context, context: { cluster: "cluster", user: "lane", namespace } }],
    "current-context": context,
  };
}

function withoutUser(address: string): string {
  const url = new URL(address);
  [url.username, url.password] = ["", ""];
  return url.href;
}
