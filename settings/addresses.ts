import { type Fault, got } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

/** Services that share one path of a host: an ingress controller would choose between them. */
export function addressFaults(raw: Mapping): Fault[] {
  const taken = new Map<string, string>();
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, service]) => {
    const ingress = fieldsOf(fieldsOf(service)["ingress"]);
    const { host, path = "/", class: controller = "" } = ingress;
    if (typeof host !== "string" || typeof path !== "string") {
      return [];
    }
    // A path is a prefix of others, in whole steps.
    const address = JSON.stringify([controller, host, path.replace(/\/$/, "")]);
    const other = taken.get(address);
    if (other === undefined) {
      taken.set(address, name);
      return [];
    }
    const text = `services.${other} has this path of ${host}, too; allowed: each path of a host once; give one of them another path or host`;
    return [{ path: ["services", name, "ingress", "path"], text: got(ingress["path"], text) }];
  });
}
