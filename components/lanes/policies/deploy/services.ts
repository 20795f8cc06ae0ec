import { before } from "../kept.ts";
import { type Limit, refusal } from "./limit.ts";

/** Fields that mean something only to the types that the lane does not create. */
const OF_OTHER_TYPES = ["externalName", "loadBalancerIP", "loadBalancerClass"];

/** Services of the cluster's own network: they take no address of a node, of a load balancer or of the outside. */
export const SERVICES: Limit = {
  apiGroups: [""],
  apiVersion: "v1",
  // Their status has addresses, too.
  resources: ["services", "services/status"],
  validations: [
    {
      expression: `object.spec.type == "ClusterIP" || object.spec.type == ${before("spec.?type", '""')}`,
      message: refusal("spec.type", "ClusterIP"),
    },
    {
      expression: `object.spec.?externalIPs.orValue([]).all(ip, ip in ${before("spec.?externalIPs", "[]")})`,
      message: refusal("spec.externalIPs", "none"),
    },
    {
      expression: `object.spec.?ports.orValue([]).all(p, p.?nodePort.orValue(0) == 0 || ${before("spec.?ports", "[]")}.exists(b, b.?nodePort.orValue(0) == p.nodePort))`,
      message: refusal("spec.ports[].nodePort", "none"),
    },
    ...OF_OTHER_TYPES.map((field) => ({
      expression: `object.spec.?${field}.orValue("") == ${before(`spec.?${field}`, '""')}`,
      message: refusal(`spec.${field}`, "none"),
    })),
    {
      expression: `object.spec.?loadBalancerSourceRanges.orValue([]) == ${before("spec.?loadBalancerSourceRanges", "[]")}`,
      message: refusal("spec.loadBalancerSourceRanges", "none"),
    },
    {
      expression: `object.?status.?loadBalancer.?ingress.orValue([]).all(i, i in ${before("?status.?loadBalancer.?ingress", "[]")})`,
      message: refusal("status.loadBalancer.ingress", "none"),
    },
  ],
};
