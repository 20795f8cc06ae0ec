import { z } from "zod";

import {
  type Affinity,
  type DnsConfig,
  DNS_POLICIES,
  type HostAlias,
  type PlacementDefinition,
  type Toleration,
  type TopologySpreadConstraint,
} from "../../components/service/placement.ts";
import { PODS } from "../../components/service-definition.ts";
import { OBJECT_NAME } from "../../contract/names.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, listOf, type Mapping } from "../mapping.ts";
import { labels } from "./identity.ts";
import { plainFields } from "./plain-fields.ts";

const MOST_PODS = PODS.replicas.to;
const YEAR_SECONDS = 31_536_000;

const word = z.string({ error: "allowed: a string" }).min(1, { error: "allowed: a string" });
const honor = field.oneOf("Honor", "Ignore");

const toleration = field.mapping(
  {
    key: word.exactOptional(),
    operator: field.oneOf("Exists", "Equal").exactOptional(),
    value: z.string({ error: "allowed: a string" }).exactOptional(),
    effect: field.oneOf("NoSchedule", "PreferNoSchedule", "NoExecute").exactOptional(),
    tolerationSeconds: field.wholeNumber(0, YEAR_SECONDS).exactOptional(),
  } satisfies ShapeOf<Toleration>,
  "key, operator, value, effect and tolerationSeconds",
);

const affinity = field.mapping(
  {
    nodeAffinity: plainFields.exactOptional(),
    podAffinity: plainFields.exactOptional(),
    podAntiAffinity: plainFields.exactOptional(),
  } satisfies ShapeOf<Affinity>,
  "nodeAffinity, podAffinity and podAntiAffinity",
);

const constraint = field.mapping(
  {
    maxSkew: field.wholeNumber(1, MOST_PODS),
    topologyKey: word,
    whenUnsatisfiable: field.oneOf("DoNotSchedule", "ScheduleAnyway"),
    labelSelector: plainFields.exactOptional(),
    matchLabelKeys: field.list(word, "a list of keys of labels").exactOptional(),
    minDomains: field.wholeNumber(1, MOST_PODS).exactOptional(),
    nodeAffinityPolicy: honor.exactOptional(),
    nodeTaintsPolicy: honor.exactOptional(),
  } satisfies ShapeOf<TopologySpreadConstraint>,
  "maxSkew, topologyKey, whenUnsatisfiable, and as needed labelSelector, matchLabelKeys, minDomains, nodeAffinityPolicy and nodeTaintsPolicy",
);

const hostAlias = field.mapping(
  {
    ip: z.union([z.ipv4(), z.ipv6()], { error: "allowed: an IP address" }),
    hostnames: field.list(
      field.text(OBJECT_NAME, "a host name such as db or db.example.com"),
      "a list of host names",
    ),
  } satisfies ShapeOf<HostAlias>,
  "ip and hostnames",
);

const dnsConfig = field.mapping(
  {
    nameservers: field
      .list(
        z.union([z.ipv4(), z.ipv6()], { error: "allowed: an IP address" }),
        "a list of addresses",
      )
      .exactOptional(),
    searches: field.list(word, "a list of domains").exactOptional(),
    options: field
      .list(
        field.mapping({ name: word, value: z.string().exactOptional() }, "name and value"),
        'a list of options such as {name: ndots, value: "2"}',
      )
      .exactOptional(),
  } satisfies ShapeOf<DnsConfig>,
  "nameservers, searches and options",
);

/** The keys of {@link PlacementDefinition}. */
export const placementShape = {
  nodeSelector: labels.exactOptional(),
  tolerations: field.list(toleration, "a list of tolerations").exactOptional(),
  affinity: affinity.exactOptional(),
  topologySpreadConstraints: field.list(constraint, "a list of constraints").exactOptional(),
  priorityClassName: field.objectName.exactOptional(),
  runtimeClassName: field.objectName.exactOptional(),
  hostAliases: field.list(hostAlias, "a list of {ip, hostnames}").exactOptional(),
  dnsPolicy: field.oneOf(...DNS_POLICIES).exactOptional(),
  dnsConfig: dnsConfig.exactOptional(),
} satisfies ShapeOf<PlacementDefinition>;

/** What contradicts itself in the placement of a service. */
export function placementFaults({ dnsPolicy, dnsConfig, tolerations }: Mapping): Fault[] {
  const { nameservers } = fieldsOf(dnsConfig);
  const hasServer = Array.isArray(nameservers) && nameservers.length > 0;
  const listed = listOf(tolerations);
  return [
    ...faultIf(
      dnsPolicy === "None" && !hasServer,
      ["dnsPolicy"],
      got(dnsPolicy, "allowed: None only with dnsConfig.nameservers; add one"),
    ),
    ...listed.flatMap((each, index) => tolerationFaults(fieldsOf(each), index)),
  ];
}

function tolerationFaults(
  { key, operator, value, effect, tolerationSeconds }: Mapping,
  index: number,
) {
  const at = ["tolerations", index];
  return [
    ...faultIf(
      operator === "Exists" && (value ?? "") !== "",
      [...at, "value"],
      got(value, "allowed: none with the operator Exists; remove it, or write operator: Equal"),
    ),
    ...faultIf(
      key === undefined && operator !== "Exists",
      [...at, "key"],
      got(key, "allowed: none only with operator: Exists, which tolerates every taint"),
    ),
    ...faultIf(
      tolerationSeconds !== undefined && effect !== "NoExecute",
      [...at, "tolerationSeconds"],
      got(tolerationSeconds, "allowed: only with effect: NoExecute; remove it"),
    ),
  ];
}
