import {
  type BuildLaneDefinition,
  type JenkinsDefinition,
  type LaneDefinition,
  LANES,
  prefixOf,
} from "../components/lanes/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { egress, egressAs } from "./egress.ts";
import { type Fault, faultIf, got } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import { namespaceName } from "./namespace.ts";

const LONGEST_NAMESPACE = 63;
const API_SERVER =
  "{cidr: 10.0.0.1/32, ports: [6443]}, the addresses that kubectl get endpointslices -n default kubernetes shows";

const destinations = field.list(egress, "a list of {cidr, ports} and {namespace, ports}");

const limits = {
  pods: field.wholeNumber(1, 1000).exactOptional(),
  cpu: field.quantity("4").exactOptional(),
  memory: field.memory("8Gi").exactOptional(),
  egress: destinations.exactOptional(),
} satisfies ShapeOf<LaneDefinition>;

const lane = field.mapping(limits, "pods, cpu, memory and egress");

const buildLane = field.mapping(
  {
    ...limits,
    images: field.list(field.pinned, "a list of images by digest").exactOptional(),
  } satisfies ShapeOf<BuildLaneDefinition>,
  "pods, cpu, memory, egress and images",
);

const lanes = {
  preview: lane.exactOptional(),
  build: buildLane.exactOptional(),
  deploy: lane.exactOptional(),
} satisfies ShapeOf<NonNullable<JenkinsDefinition["lanes"]>>;

/** What Jenkins gets of the cluster; {@link jenkinsFaults} reports what contradicts the rest of the settings. */
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
      .choice("whether each launcher has a Secret with a token that never expires")
      .exactOptional(),
    launcherExec: field
      .choice("whether launchers may run commands in agent pods, as the step container does")
      .exactOptional(),
  } satisfies ShapeOf<JenkinsDefinition>,
  "apiServer, and as needed prefix, controller, egress, lanes, longLivedTokens and launcherExec",
);

/** What is wrong between the lanes and the rest of the settings. */
export function jenkinsFaults(raw: Mapping): Fault[] {
  const namespace = namespaceName(raw["namespace"]);
  const { prefix } = fieldsOf(raw["jenkins"]);
  if (raw["jenkins"] === undefined || typeof namespace !== "string") {
    return [];
  }
  const used = prefixOf(typeof prefix === "string" ? { prefix } : {}, namespace);
  const longest = Math.max(...LANES.map((name) => `${used}-${name}`.length));
  const room = LONGEST_NAMESPACE - (longest - used.length);
  const allowed = `a lane's namespace would be named ${used}-preview; allowed: at most ${room} characters before the lane's name; set a shorter prefix`;
  return faultIf(longest > LONGEST_NAMESPACE, ["jenkins", "prefix"], got(prefix, allowed));
}
