import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { BRIDGE, NODE_ADDRESS, POD_NETWORK, podRange, SERVICE_NETWORK } from "./addresses.ts";
import { state } from "./folders.ts";
import { writeJson } from "./private-file.ts";

/** Where containerd finds how pods are connected. */
export const NETWORK_CONFIGURATION_FOLDER = state("cni");

const NETWORK_NAME = "slipway-platform";
const TABLE = "slipway";
const FORWARD_COMMENT = "slipway-platform";
const PREFIX = POD_NETWORK.slice(POD_NETWORK.indexOf("/"));

/**
 * Makes the platform's bridge, its firewall table and the pods' network configuration.
 * @returns Whether the bridge had to be made; containers of before hang in the air then.
 * @throws When another network of the machine has the same addresses.
 */
export async function ensureNetwork(): Promise<boolean> {
  writeJson(join(NETWORK_CONFIGURATION_FOLDER, "10-slipway.conflist"), configuration());
  const made = !existsSync(`/sys/class/net/${BRIDGE}`);
  if (made) {
    await assertAddressesFree();
    await execa("ip", ["link", "add", BRIDGE, "type", "bridge"]);
    await execa("ip", ["address", "add", `${NODE_ADDRESS}${PREFIX}`, "dev", BRIDGE]);
    await execa("ip", ["link", "set", BRIDGE, "up"]);
  }
  await execa("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
  await execa("nft", ["-f", "-"], { input: RULESET });
  await allowForwarding();
  return made;
}

/** Removes the bridge and every rule that the platform made; `proxied` says that kube-proxy ran. */
export async function removeNetwork(proxied: boolean): Promise<void> {
  if (existsSync(`/sys/class/net/${BRIDGE}`)) {
    await execa("ip", ["link", "delete", BRIDGE]);
  }
  const tables = [`ip ${TABLE}`, ...(proxied ? ["ip kube-proxy", "ip6 kube-proxy"] : [])];
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
const RULESET = `table ip ${TABLE} {}
flush table ip ${TABLE}
table ip ${TABLE} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${POD_NETWORK} ip daddr != { ${POD_NETWORK}, ${SERVICE_NETWORK} } oifname != "${BRIDGE}" masquerade
  }
}
`;

function configuration(): object {
  return {
    cniVersion: "0.4.0",
    name: NETWORK_NAME,
    plugins: [
      {
        type: "bridge",
        bridge: BRIDGE,
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: state("cni-addresses"),
          ranges: [
            [
              {
                subnet: POD_NETWORK,
                rangeStart: podRange.start,
                rangeEnd: podRange.end,
                gateway: NODE_ADDRESS,
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
  const networks = [POD_NETWORK, SERVICE_NETWORK].map((network) =>
    network.split(".").slice(0, 2).join("."),
  );
  const taken = routes.find(({ dst }) => networks.some((network) => dst.startsWith(`${network}.`)));
  if (taken) {
    throw new Error(
      `the platform needs the networks ${POD_NETWORK} and ${SERVICE_NETWORK}, but ${taken.dev ?? "another route"} has ${taken.dst}; ` +
        `remove that network (see: ip route get ${NODE_ADDRESS}) and run it again`,
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
    const rule = [direction, BRIDGE, "-m", "comment", "--comment", FORWARD_COMMENT, "-j", "ACCEPT"];
    await execa("iptables", ["-w", "-I", "FORWARD", ...rule]);
  }
}

async function forwardRules(): Promise<string[][]> {
  const { stdout } = await execa("iptables", ["-w", "-S", "FORWARD"], { reject: false });
  return stdout
    .split("\n")
    .filter((line) => line.includes(`--comment ${FORWARD_COMMENT}`))
    .map((line) => line.trim().split(" ").slice(2));
}
