import type { ResourceValidationPolicy } from "@pulumi/policy";

type Fields = Readonly<Record<string, unknown>>;

/** Stands on the objects of a service, with the words of its setting `allow`. */
const ALLOWED = "slipway/allow";
const MADE_BY = "app.kubernetes.io/managed-by";

/** What pods of the stack's services have only with a word of the setting `allow`, by that word. */
const OF_PODS: Readonly<Record<string, (pod: Fields) => boolean>> = {
  "host-network": ({ hostNetwork }) => hostNetwork === true,
  "host-pid": ({ hostPID }) => hostPID === true,
  "host-ipc": ({ hostIPC }) => hostIPC === true,
  "host-path": ({ volumes }) => listOf(volumes).some((volume) => "hostPath" in volume),
  token: ({ automountServiceAccountToken }) => automountServiceAccountToken !== false,
};

/** The same of containers, by their security context and that of their pod. */
const OF_CONTAINERS: Readonly<Record<string, (own: Fields, pod: Fields) => boolean>> = {
  privileged: ({ privileged }) => privileged === true,
  root: (own, pod) =>
    (own["runAsNonRoot"] ?? pod["runAsNonRoot"]) !== true ||
    (own["runAsUser"] ?? pod["runAsUser"]) === 0,
  "writable-root": ({ readOnlyRootFilesystem }) => readOnlyRootFilesystem !== true,
  "privilege-escalation": ({ allowPrivilegeEscalation, privileged }) =>
    privileged !== true && allowPrivilegeEscalation !== false,
};

/**
 * Forbids pods of the stack's services that may do more than every service's, unless the settings say so in a word of `allow`.
 *
 * @see docs/settings.md
 */
export const noUnsaidExceptions: ResourceValidationPolicy = {
  name: "no-unsaid-exceptions",
  description:
    "What a service's pods may do beside what every service's may is said in its settings.",
  validateResource: ({ type, name, props }, report) => {
    const { labels, annotations } = fieldsOf(props["metadata"]);
    const pod = podOf(props["spec"]);
    if (!type.startsWith("kubernetes:") || fieldsOf(labels)[MADE_BY] !== "slipway" || !pod) {
      return;
    }
    const said = fieldsOf(annotations)[ALLOWED];
    const allowed = typeof said === "string" ? said.split(",") : [];
    for (const word of wordsOf(pod).filter((each) => !allowed.includes(each))) {
      report(
        `${type.split(":").at(-1) ?? ""} ${name}: its pods need allow: [${word}]; set it in slipway:services, or remove what needs it`,
      );
    }
  },
};

function wordsOf(pod: Fields): string[] {
  const shared = fieldsOf(pod["securityContext"]);
  const contexts = [...listOf(pod["containers"]), ...listOf(pod["initContainers"])].map((each) =>
    fieldsOf(each["securityContext"]),
  );
  return [
    ...Object.keys(OF_PODS).filter((word) => OF_PODS[word]?.(pod)),
    ...Object.keys(OF_CONTAINERS).filter((word) =>
      contexts.some((own) => OF_CONTAINERS[word]?.(own, shared)),
    ),
  ];
}

function podOf(spec: unknown): Fields | undefined {
  const { template, jobTemplate } = fieldsOf(spec);
  const pod = fieldsOf(template)["spec"];
  if (pod !== undefined) {
    return fieldsOf(pod);
  }
  return jobTemplate === undefined ? undefined : podOf(fieldsOf(jobTemplate)["spec"]);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
