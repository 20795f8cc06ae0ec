import { execa } from "execa";

const OWN_CHAIN = /^:(?<chain>KUBE-(?:ROUTER|POD-FW|NWPLCY)-\S+) /gm;
const JUMP = /^-A (?<jump>(?:INPUT|FORWARD|OUTPUT) .*-j KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT))$/gm;
const OWN_SET = /^KUBE-(?:SRC|DST)-\S+$/gm;

/** Whether some network policy controller of this kind has rules on this machine. */
export async function hasFirewall(): Promise<boolean> {
  return removalOf(await rules()) !== undefined;
}

/** Removes the rules and the sets of addresses that kube-router leaves when it ends. */
export async function removeFirewall(): Promise<void> {
  const removal = removalOf(await rules());
  if (removal === undefined) {
    return;
  }
  await execa("iptables-restore", ["--wait", "--noflush"], { input: removal });
  const { stdout } = await execa("ipset", ["list", "-name"]);
  for (const [set] of stdout.matchAll(OWN_SET)) {
    await execa("ipset", ["destroy", set]);
  }
}

/** What `iptables-restore` takes to remove kube-router's part of a saved table; undefined where it has none. */
export function removalOf(saved: string): string | undefined {
  const chains = [...saved.matchAll(OWN_CHAIN)].map(({ groups }) => groups?.["chain"] ?? "");
  if (chains.length === 0) {
    return undefined;
  }
  const jumps = [...saved.matchAll(JUMP)].map(({ groups }) => groups?.["jump"] ?? "");
  return [
    "*filter",
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...jumps.map((jump) => `-D ${jump}`),
    ...chains.map((chain) => `-X ${chain}`),
    "COMMIT",
    "",
  ].join("\n");
}

async function rules(): Promise<string> {
  const { stdout } = await execa("iptables-save", ["-t", "filter"]);
  return stdout;
}
