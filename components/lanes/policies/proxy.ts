import { sealsIn, type Delivery } from "../delivery.ts";
import { AGENT, type Lane, LAUNCHER, userName } from "../definition.ts";
import { literal, policyManifest } from "./policy.ts";

/** What the deploy lane asks the Sealed Secrets controller for. */
const PATHS = ["/v1/cert.pem", "/v1/verify"];

/**
 * What lanes reach through the API server's proxy to Services. The chart of Sealed Secrets lets every identity of the cluster reach its
 * controller, whatever the lanes' roles say; and no role can tell its certificate from `/v1/rotate`, which decrypts.
 */
export function proxyPolicy(name: string, lanes: readonly Lane[], delivery: Delivery) {
  const agents = lanes.map(({ namespace }) => userName(namespace, AGENT));
  const launchers = lanes.map(({ namespace }) => userName(namespace, LAUNCHER));
  const deploy = lanes.find((lane) => lane.name === "deploy");
  const isOpen = deploy !== undefined && sealsIn(delivery);
  const { controller } = delivery.sealing;
  const demands = [
    `request.userInfo.username == ${literal(userName(deploy?.namespace ?? "", AGENT))}`,
    `request.namespace == ${literal(controller.namespace)}`,
    // What follows is the port of the controller's Service, which differs from one installation to the next.
    `request.name.startsWith(${literal(`http:${controller.name}:`)})`,
    `object.path in ${literal(PATHS)}`,
  ];
  const place = `${controller.namespace}/${controller.name}`;
  return policyManifest(name, {
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
          ? `only the deploy lane of Jenkins may reach a Service through the API server, and only ${PATHS.join(" and ")} of the Sealed Secrets controller ${place}`
          : "no lane of Jenkins may reach a Service through the API server",
      },
    ],
  });
}
