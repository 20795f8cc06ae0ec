import { prometheusService } from "../../../contract/prometheus-address.ts";
import { sealsIn, servicesOf, type Delivery } from "../delivery.ts";
import { AGENT, type Lane, LAUNCHER, userName } from "../definition.ts";
import { literal, policyManifest } from "./policy.ts";

/** What the deploy lane asks the Sealed Secrets controller for. */
const PATHS = ["/v1/cert.pem", "/v1/verify"];

/** What it asks Prometheus. */
const QUESTIONS = ["/api/v1/query", "/api/v1/targets"];

/**
 * What lanes reach through the API server's proxy to Services. The chart of Sealed Secrets lets every identity of the cluster reach its
 * controller, whatever the lanes' roles say; and no role can tell its certificate from `/v1/rotate`, which decrypts.
 */
export function proxyPolicy(name: string, lanes: readonly Lane[], delivery: Delivery) {
  const agents = lanes.map(({ namespace }) => userName(namespace, AGENT));
  const launchers = lanes.map(({ namespace }) => userName(namespace, LAUNCHER));
  const deploy = lanes.find((lane) => lane.name === "deploy");
  const openings = deploy === undefined ? [] : openingsOf(delivery);
  const isOpen = openings.length > 0;
  const demands = [
    `request.userInfo.username == ${literal(userName(deploy?.namespace ?? "", AGENT))}`,
    anyOf(openings.map(({ demand }) => demand)),
  ];
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
          ? `only the deploy lane of Jenkins may reach a Service through the API server, and only ${openings.map(({ place }) => place).join(", and ")}`
          : "no lane of Jenkins may reach a Service through the API server",
      },
    ],
  });
}

/** What the deploy lane may reach. */
interface Opening {
  readonly demand: string;
  /** In words. */
  readonly place: string;
}

function openingsOf(delivery: Delivery): Opening[] {
  return [...(sealsIn(delivery) ? [toController(delivery)] : []), ...toPrometheus(delivery)];
}

function toController({ sealing: { controller } }: Delivery): Opening {
  const demands = [
    `request.namespace == ${literal(controller.namespace)}`,
    // What follows is the port of the controller's Service, which differs from one installation to the next.
    `request.name.startsWith(${literal(`http:${controller.name}:`)})`,
    `object.path in ${literal(PATHS)}`,
  ];
  const place = `${controller.namespace}/${controller.name}`;
  return {
    demand: demands.join(" && "),
    place: `${PATHS.join(" and ")} of the Sealed Secrets controller ${place}`,
  };
}

/** The services of a stack have one Prometheus. */
function toPrometheus(delivery: Delivery): Opening[] {
  const addresses = servicesOf(delivery).flatMap(({ monitoring }) => monitoring?.prometheus ?? []);
  return [...new Set(addresses)].flatMap((address) => {
    const service = prometheusService(address);
    if (service === undefined) {
      return [];
    }
    const paths = QUESTIONS.map((path) => service.path + path);
    const demands = [
      `request.namespace == ${literal(service.namespace)}`,
      `request.name == ${literal(service.name)}`,
      `object.path in ${literal(paths)}`,
    ];
    return [
      { demand: demands.join(" && "), place: `${paths.join(" and ")} of Prometheus ${address}` },
    ];
  });
}

/** One of them stands as it is. */
function anyOf(demands: readonly string[]): string {
  const [first = ""] = demands;
  return demands.length === 1 ? first : `(${demands.map((each) => `(${each})`).join(" || ")})`;
}
