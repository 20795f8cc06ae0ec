import { sealsIn, type Delivery } from "../delivery.ts";
import { AGENT, type Lane, LAUNCHER, userName } from "../definition.ts";
import { literal, policyManifest } from "./policy.ts";

/** What the deploy lane asks the Sealed Secrets controller for. */
const PATHS = ["/v1/cert.pem", "/v1/verify"];

/**
 * What lanes reach through the API server's proxy to Services. The chart of Sealed Secrets lets every identity of the cluster reach its
 * controller, whatever the lanes' roles say; and no role can tell its certificate from `/v1/rotate`, which decrypts.
 */
export function proxyPolicy(prefix: string, lanes: readonly Lane[], delivery: Delivery) {
  const agents = lanes.map(({ namespace }) => userName(namespace, AGENT));
  const launchers = lanes.map(({ namespace }) => userName(namespace, LAUNCHER));
  const deploy = lanes.find(({ name }) => name === "deploy");
  const isOpen = deploy !== undefined && sealsIn(delivery);
  const { namespace, name } = delivery.sealing.controller;
  const demands = [
    `request.userInfo.username == ${literal(userName(deploy?.namespace ?? "", AGENT))}`,
    `request.namespace == ${literal(namespace)}`,
    // What follows is the port of the controller's Service, which differs from one installation to the next.
    `request.name.startsWith(${literal(`http:${name}:`)})`,
    `object.path in ${literal(PATHS)}`,
  ];
  const controller = `the Sealed Secrets controller ${namespace}/${name}`;
  return policyManifest(`${prefix}-proxy`, {
    resourceRules: [
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CONNECT"],
        resources: ["services/proxy"],
      },
    ],
    users: [...agents, ...launchers],
    validations: [
      {
        expression: isOpen ? demands.join(" && ") : "false",
        message: isOpen
          ? `only the deploy lane of Jenkins may reach a Service through the API server, and only ${PATHS.join(" and ")} of ${controller}`
          : "no lane of Jenkins may reach a Service through the API server",
      },
    ],
  });
}
