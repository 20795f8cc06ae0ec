import { existsSync, readFileSync } from "node:fs";
import { coreDns, coreDnsProgram } from "../go/coredns.ts";
import { CLUSTER_DNS } from "./addresses.ts";
import { inCluster } from "./controller.ts";
import { COREDNS_IMAGE } from "./images.ts";

/** Where a machine says whom it asks for names: behind systemd's stub first, which answers on loopback alone. */
const RESOLVERS = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"];

/** The cluster's DNS, which every pod's resolver is set to from the beginning. */
export const dns = inCluster({
  title: "CoreDNS",
  place: { namespace: "kube-system", name: "coredns" },
  label: "coredns",
  tools: coreDns,
  image: { name: COREDNS_IMAGE, recipe: "coredns.Dockerfile", program: coreDnsProgram },
  manifests: "coredns.yaml",
  words: () => ({ CLUSTER_DNS, FORWARD: forwardTo(machinesResolvers()) }),
  address: CLUSTER_DNS,
});

function machinesResolvers(): string[] {
  const file = RESOLVERS.find((path) => existsSync(path));
  return file === undefined ? [] : resolversIn(readFileSync(file, "utf8"));
}

/** The name servers of a resolv.conf that a pod can ask, too: its own loopback is another one. */
export function resolversIn(text: string): string[] {
  const servers = [...text.matchAll(/^nameserver[ \t]+([^\s#;]+)/gm)].map(
    ([, server = ""]) => server,
  );
  return servers.filter((server) => !/^(?:127\.|::1$|fe80:)/.test(server));
}

/** CoreDNS ends where it is to ask nobody, so it then answers for the cluster alone. */
function forwardTo(servers: readonly string[]): string {
  return servers.length === 0 ? "" : `forward . ${servers.slice(0, 3).join(" ")}`;
}
