import type { Lane } from "../definition.ts";
import { demandsOn, EXEMPT, OF_POD } from "./build-containers.ts";
import { CALLED, CONTAINERS, containersOf, PODS, volumesOf } from "./pod-spec.ts";
import { literal, policyManifest } from "./policy.ts";

/** Fewer than `restricted` lets in: none that a driver outside of the cluster fills. */
const VOLUMES = ["configMap", "downwardAPI", "emptyDir", "projected", "secret"];

/** Those that `baseline` lets in: they end with the pod. */
const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

const NODE_NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];

/** Before Kubernetes 1.30, and still read. */
const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

/**
 * Requires the `restricted` level of the build lane, except what rootless BuildKit needs, in one container of an image that is trusted with
 * it: see `build-containers.ts`. What all lanes are held to, `pods.ts` has: probes without a host. A test compares both levels with it, control by control.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 * @see https://github.com/moby/buildkit/blob/master/docs/rootless.md
 */
export function buildPolicy(name: string, { namespace, images }: Lane) {
  const pod = "a pod of the build lane of Jenkins";
  return policyManifest(name, {
    resourceRules: PODS,
    namespaces: [namespace],
    variables: {
      images: literal(images),
      // Root of such a pod is nobody on the node.
      isolated: "!object.spec.?hostUsers.orValue(true)",
      ...OF_POD,
    },
    validations: [
      {
        expression: NODE_NAMESPACES.map((key) => `!object.spec.?${key}.orValue(false)`).join(
          " && ",
        ),
        message: `${pod} must not share a namespace of the node (${NODE_NAMESPACES.join(", ")})`,
      },
      {
        expression: volumesOf("object.spec.?volumes.orValue([])", VOLUMES),
        message: `${pod} may mount only ${VOLUMES.join(", ")}`,
      },
      {
        expression: `object.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in ${literal(SYSCTLS)})`,
        message: `${pod} may set only the sysctls of the level baseline`,
      },
      {
        expression: `object.metadata.?annotations.orValue({}).all(k, ${mayLoosen("k")})`,
        message: `${pod} must have no annotation ${APPARMOR}<container>: unconfined, except for buildkit`,
      },
      ...CONTAINERS.flatMap((list) =>
        demandsOn(list).map(({ expression, message }) => ({
          expression: `${containersOf(list)}.all(c, ${expression})`,
          message: `${pod} must have no ${CALLED[list]} ${message}`,
        })),
      ),
    ],
  });
}

/** Whether an annotation is none that takes a container its AppArmor profile, or that container is BuildKit. */
function mayLoosen(key: string): string {
  const prefix = literal(APPARMOR);
  const isBuilder = (["containers", "initContainers"] as const).map(
    (list) => `${containersOf(list)}.exists(c, ${key} == ${prefix} + c.name && ${EXEMPT})`,
  );
  const isOther = `!${key}.startsWith(${prefix}) || object.metadata.annotations[${key}] != "unconfined"`;
  return [isOther, ...isBuilder].join(" || ");
}
