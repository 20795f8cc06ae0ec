import { existsSync } from "node:fs";
import { execa } from "execa";
import { goBuild } from "../go/build.ts";
import { kubeRouter as tools } from "../go/kube-router.ts";
import type { Addition } from "./addition.ts";
import { daemonState, start, stop, wasStarted } from "./daemon.ts";
import { kubeRouter } from "./daemons/kube-router.ts";
import { hasFirewall, removeFirewall } from "./firewall.ts";
import { IP_SETS, provided } from "./needed-program.ts";

const NAME = kubeRouter().name;
const BRIDGE_FILTER = "net.bridge.bridge-nf-call-iptables";

/** Holds pods to their NetworkPolicies, which a plain bridge does not. */
export const networkPolicies: Addition = {
  title: `kube-router ${tools.version}`,
  tools,
  ensure: async (report) => {
    await goBuild(tools, report);
    if (!wasStarted(NAME) && (await hasFirewall())) {
      throw new Error(
        "another program holds pods of this machine to NetworkPolicies, by rules of the same names (iptables -S KUBE-ROUTER-FORWARD); " +
          "stop it, or run the platform on another machine",
      );
    }
    await provided(IP_SETS);
    await filterBridge();
    await start(kubeRouter());
  },
  state: async () => (wasStarted(NAME) ? daemonState(kubeRouter()) : undefined),
};

/** Lets all traffic through again, if it was held to anything. */
export async function stopNetworkPolicies(): Promise<void> {
  if (wasStarted(NAME)) {
    await stop(NAME);
    await removeFirewall();
  }
}

/** Pods of one bridge reach each other past iptables, unless the kernel is told otherwise. */
async function filterBridge(): Promise<void> {
  if (!existsSync("/proc/sys/net/bridge")) {
    await execa("modprobe", ["br_netfilter"]);
  }
  await execa("sysctl", ["-qw", `${BRIDGE_FILTER}=1`]);
}
