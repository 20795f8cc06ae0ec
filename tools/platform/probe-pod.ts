import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, CoreV1Api, KubernetesObjectApi, type V1Pod } from "@kubernetes/client-node";
import { clusterConfig } from "./cluster.ts";
import { NODE_NAME } from "./kubeconfig.ts";

const NAMESPACE = "kube-system";
const SECONDS = 60;

const SCRIPT = `
const { readFileSync } = require("node:fs");
const folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const headers = { authorization: "Bearer " + readFileSync(folder + "token", "utf8") };
const options = { host, port, path: "/readyz", headers, ca: readFileSync(folder + "ca.crt"), timeout: 1000 };
let left = 50;
const retry = (why) => {
  if (left-- > 0) return setTimeout(ask, 200);
  console.log(why);
  process.exit(1);
};
const ask = () =>
  require("node:https")
    .get(options, (response) => {
      if (response.statusCode !== 200) return retry("status " + response.statusCode);
      console.log("reached");
      process.exit(0);
    })
    .on("timeout", function () { this.destroy(new Error("no answer")); })
    .on("error", ({ message }) => retry(message));
ask();
`;

/**
 * Proves by a real pod that containers run, that the API server answers pods at its Service's
 * address with a trusted certificate, and that logs come back through the kubelet.
 * @param image With Node in it.
 * @throws With what the pod says when it does not get there.
 */
export async function proveByPod(image: string): Promise<void> {
  const config = clusterConfig();
  const api = config.makeApiClient(CoreV1Api);
  const deadline = Date.now() + SECONDS * 1000;
  const name = await create(KubernetesObjectApi.makeApiClient(config), image, deadline);
  try {
    const pod = await finished(api, name, deadline);
    const log =
      pod.status?.phase === "Pending"
        ? ""
        : await api.readNamespacedPodLog({ name, namespace: NAMESPACE });
    if (log.trim() !== "reached") {
      throw new Error(failure(pod, log));
    }
  } finally {
    await api.deleteNamespacedPod({ name, namespace: NAMESPACE, gracePeriodSeconds: 0 });
  }
}

/** The namespace's account comes a moment after the first start. */
async function create(api: KubernetesObjectApi, image: string, deadline: number): Promise<string> {
  for (;;) {
    try {
      const { metadata } = await api.create(probe(image));
      return metadata.name;
    } catch (error) {
      if (
        Date.now() > deadline ||
        !(error instanceof ApiException && [403, 404].includes(error.code))
      ) {
        throw error;
      }
      await sleep(100);
    }
  }
}

async function finished(api: CoreV1Api, name: string, deadline: number): Promise<V1Pod> {
  for (;;) {
    const pod = await api.readNamespacedPod({ name, namespace: NAMESPACE });
    if (["Succeeded", "Failed"].includes(pod.status?.phase ?? "") || Date.now() > deadline) {
      return pod;
    }
    await sleep(50);
  }
}

function probe(image: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `slipway-probe-${process.pid}-${Date.now()}`, namespace: NAMESPACE },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: "Exists" }],
      // Of a cluster that had nodes without machines, these would take it, too.
      nodeSelector: { "kubernetes.io/hostname": NODE_NAME },
      containers: [{ name: "probe", image, command: ["node", "-e", SCRIPT] }],
    },
  };
}

function failure({ status }: V1Pod, log: string): string {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  const reason = [status?.phase, status?.reason, waiting?.reason, waiting?.message, log.trim()]
    .filter(Boolean)
    .join(", ");
  return `a pod could not reach the API server by its Service within ${SECONDS} s: ${reason}; see: npm run platform -- status`;
}
