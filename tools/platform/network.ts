import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { bridge, nodeAddress, podNetwork, podRange, serviceNetwork } from "./addresses.ts";
import { state } from "./folders.ts";
import { writeJson } from "./private-file.ts";

/** Where containerd finds how pods are connected. */
export const networkConfigurationFolder = state("cni");

const networkName = "slipway-platform";
const table = "slipway";
const forwardComment = "slipway-platform";
const prefix = podNetwork.slice(podNetwork.indexOf("/"));

/**
 * Makes the platform's bridge, its firewall table and the pods' network configuration.
 * @returns Whether the bridge had to be made; containers of before hang in the air then.
 * @throws When another network of the machine has the same addresses.
 */
export async function ensureNetwork(): Promise<boolean> {
  writeJson(join(networkConfigurationFolder, "10-slipway.conflist"), configuration());
  const made = !existsSync(`/sys/class/net/${bridge}`);
  if (made) {
    await assertAddressesFree();
    await execa("ip", ["link", "add", bridge, "type", "bridge"]);
    await execa("ip", ["address", "add", `${nodeAddress}${prefix}`, "dev", bridge]);
    await execa("ip", ["link", "set", bridge, "up"]);
  }
  await execa("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
  await execa("nft", ["-f", "-"], { input: ruleset });
  await allowForwarding();
  return made;
}

/** Removes the bridge and every rule that the platform made; `proxied` says that kube-proxy ran. */
export async function removeNetwork(proxied: boolean): Promise<void> {
  if (existsSync(`/sys/class/net/${bridge}`)) {
    await execa("ip", ["link", "delete", bridge]);
  }
  const tables = [`ip ${table}`, ...(proxied ? ["ip kube-proxy", "ip6 kube-proxy"] : [])];
  const { stdout } = await execa("nft", ["list", "tables"], { reject: false });
  for (const name of tables) {
    if (stdout.split("\n").includes(`table ${name}`)) {
      await execa("nft", ["delete", "table", ...name.split(" ")]);
    }
  }
  for (const rule of await forwardRules()) {
    await execa("iptables", ["-w", "-D", "FORWARD", ...rule]);
  }
  rmSync(state("cni-addresses"), { recursive: true, force: true });
}

/** Build steps and pods may go out under the machine's own address. */
const ruleset = `table ip ${table} {}
flush table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${podNetwork} ip daddr != { ${podNetwork}, ${serviceNetwork} } oifname != "${bridge}" masquerade
  }
}
`;

function configuration(): object {
  return {
    cniVersion: "0.4.0",
    name: networkName,
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: state("cni-addresses"),
          ranges: [
            [
              {
                subnet: podNetwork,
                rangeStart: podRange.start,
                rangeEnd: podRange.end,
                gateway: nodeAddress,
              },
            ],
          ],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  };
}

async function assertAddressesFree(): Promise<void> {
  const { stdout } = await execa("ip", ["-json", "route", "show", "table", "all"]);
  const routes = JSON.parse(stdout) as { dst: string; dev?: string }[];
  const networks = [podNetwork, serviceNetwork].map((network) =>
    network.split(".").slice(0, 2).join("."),
  );
  const taken = routes.find(({ dst }) => networks.some((network) => dst.startsWith(`${network}.`)));
  if (taken) {
    throw new Error(
      `the platform needs the networks ${podNetwork} and ${serviceNetwork}, but ${taken.dev ?? "another route"} has ${taken.dst}; ` +
        `remove that network (see: ip route get ${nodeAddress}) and run it again`,
    );
  }
}

/** A machine with a docker of its own drops what is forwarded unless a rule of this chain lets it through. */
async function allowForwarding(): Promise<void> {
  const { stdout } = await execa("iptables", ["-w", "-S", "FORWARD"], { reject: false });
  if (!stdout.includes("-P FORWARD DROP") || (await forwardRules()).length > 0) {
    return;
  }
  for (const direction of ["-i", "-o"]) {
    const rule = [direction, bridge, "-m", "comment", "--comment", forwardComment, "-j", "ACCEPT"];
    await execa("iptables", ["-w", "-I", "FORWARD", ...rule]);
  }
}

async function forwardRules(): Promise<string[][]> {
  const { stdout } = await execa("iptables", ["-w", "-S", "FORWARD"], { reject: false });
  return stdout
    .split("\n")
    .filter((line) => line.includes(`--comment ${forwardComment}`))
    .map((line) => line.trim().split(" ").slice(2));
}
