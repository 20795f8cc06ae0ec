import type { Service } from "../service-definition.ts";

type Secured = Pick<
  Service,
  "allow" | "user" | "imageUser" | "group" | "fsGroup" | "supplementalGroups"
>;

/** What the processes of a pod run as. */
export function podSecurity(service: Secured) {
  const { allow, user, imageUser, group, fsGroup, supplementalGroups } = service;
  const runAsUser = imageUser === true ? undefined : user;
  const runAsGroup = group ?? runAsUser;
  return {
    runAsNonRoot: !allow.includes("root"),
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && { runAsGroup }),
    ...(fsGroup !== undefined && { fsGroup }),
    ...(supplementalGroups !== undefined && { supplementalGroups: [...supplementalGroups] }),
    seccompProfile: { type: allow.includes("unconfined") ? "Unconfined" : "RuntimeDefault" },
  };
}

/** What each container of a service may do: nothing that no word of `allow` permits. */
export function containerSecurity({ allow }: Pick<Service, "allow">) {
  const isPrivileged = allow.includes("privileged");
  const isCapable = isPrivileged || allow.includes("capabilities");
  const add = allow.includes("low-ports") ? { add: ["NET_BIND_SERVICE"] } : {};
  return {
    ...(isPrivileged && { privileged: true }),
    // The API server refuses a privileged container that may not gain privileges.
    allowPrivilegeEscalation: isPrivileged || allow.includes("privilege-escalation"),
    readOnlyRootFilesystem: !allow.includes("writable-root"),
    ...(!isCapable && { capabilities: { drop: ["ALL"], ...add } }),
  };
}

/** What pods share with their node. */
export function hostSharing({ allow, dnsPolicy }: Pick<Service, "allow" | "dnsPolicy">) {
  const isOnHost = allow.includes("host-network");
  return {
    ...(isOnHost && { hostNetwork: true }),
    // The node's own resolver knows no Service.
    ...(isOnHost && dnsPolicy === undefined && { dnsPolicy: "ClusterFirstWithHostNet" }),
    ...(allow.includes("host-pid") && { hostPID: true }),
    ...(allow.includes("host-ipc") && { hostIPC: true }),
  };
}
