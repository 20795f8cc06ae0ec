import { execa } from "execa";
import { kubeRouterProgram } from "../../go/kube-router.ts";
import { SERVICE_NETWORK } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { kubeconfigs, NODE_NAME } from "../kubeconfig.ts";

/** What its first complete set of rules ends with. */
const LAST_RULE = "rule to explicitly ACCEPT traffic that comply to network policies";

/** Holds pods to their NetworkPolicies, by the machine's iptables: it runs beside them, with the administrator's rights. */
export function kubeRouter(): Daemon {
  return {
    name: "kube-router",
    command: kubeRouterProgram(),
    args: [
      `--kubeconfig=${kubeconfigs.administrator}`,
      `--hostname-override=${NODE_NAME}`,
      "--run-firewall=true",
      "--run-router=false",
      "--run-service-proxy=false",
      `--service-cluster-ip-range=${SERVICE_NETWORK}`,
      // Its health would be served to the world, not to loopback alone.
      "--health-port=0",
    ],
    files: {},
    ports: [],
    address: "iptables",
    ready: assertRules,
  };
}

async function assertRules(): Promise<void> {
  const { stdout } = await execa("iptables", ["-w", "-S", "KUBE-ROUTER-FORWARD"]);
  if (!stdout.includes(LAST_RULE)) {
    throw new Error("kube-router has not made its rules yet");
  }
}
