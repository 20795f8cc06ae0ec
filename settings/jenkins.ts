import {
  type JenkinsDefinition,
  type LaneDefinition,
  LANES,
  prefixOf,
} from "../components/lanes/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { egress, egressAs } from "./egress.ts";
import { type Fault, got } from "./fault.ts";
import * as field from "./fields.ts";
import { mapping } from "./mapping.ts";

const LONGEST_NAMESPACE = 63;
const API_SERVER =
  "{cidr: 10.0.0.1/32, ports: [6443]}, the addresses that kubectl get endpointslices -n default kubernetes shows";

const destinations = field.list(egress, "a list of {cidr, ports} and {namespace, ports}");

const lane = field.mapping(
  {
    pods: field.wholeNumber(1, 1000).exactOptional(),
    cpu: field.quantity("4").exactOptional(),
    memory: field.quantity("8Gi").exactOptional(),
    egress: destinations.exactOptional(),
  } satisfies ShapeOf<LaneDefinition>,
  "pods, cpu, memory and egress",
);

const lanes = {
  preview: lane.exactOptional(),
  build: lane.exactOptional(),
  deploy: lane.exactOptional(),
} satisfies ShapeOf<NonNullable<JenkinsDefinition["lanes"]>>;

/** What Jenkins gets of the cluster; {@link jenkinsFaults} tells what it says about the rest of the settings. */
export const jenkinsSchema = field.mapping(
  {
    apiServer: egressAs(API_SERVER),
    prefix: field.label.exactOptional(),
    controller: field
      .mapping(
        {
          namespace: field.label.exactOptional(),
          ports: field.list(field.port, "a list of ports").min(1).exactOptional(),
        } satisfies ShapeOf<NonNullable<JenkinsDefinition["controller"]>>,
        "namespace and ports",
      )
      .exactOptional(),
    egress: destinations.exactOptional(),
    lanes: field
      .mapping(lanes, LANES.join(", "))
      .refine((wanted) => Object.keys(wanted).length > 0, {
        error: `allowed: at least one of ${LANES.join(", ")}, e.g. {preview: {}, deploy: {}}`,
      })
      .exactOptional(),
    longLivedTokens: field
      .choice("whether each launcher has a Secret with a token that never runs out")
      .exactOptional(),
    launcherExec: field
      .choice("whether launchers may run commands in agent pods, as the step container does")
      .exactOptional(),
  } satisfies ShapeOf<JenkinsDefinition>,
  "apiServer, and as needed prefix, controller, egress, lanes, longLivedTokens and launcherExec",
);

/** What is wrong between the lanes and the rest of the settings. */
export function jenkinsFaults(raw: Readonly<Record<string, unknown>>): Fault[] {
  const jenkins = mapping(raw["jenkins"]);
  const { namespace } = raw;
  if (jenkins === undefined || typeof namespace !== "string") {
    return [];
  }
  const { prefix } = jenkins;
  const used = prefixOf(typeof prefix === "string" ? { prefix } : {}, namespace);
  const longest = Math.max(...LANES.map((name) => `${used}-${name}`.length));
  if (longest <= LONGEST_NAMESPACE) {
    return [];
  }
  const room = LONGEST_NAMESPACE - (longest - used.length);
  const allowed = `the namespace of a lane would be called ${used}-preview; allowed: at most ${room} characters in front of the lane's name; set a shorter prefix`;
  return [{ path: ["jenkins", "prefix"], text: got(prefix, allowed) }];
}
