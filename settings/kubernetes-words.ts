/** What fields of Kubernetes, of charts and of compose files are called here, as far as they have a key. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["sidecars"],
  cron: ["schedule"],
  entrypoint: ["command"],
  environment: ["env"],
  healthcheck: ["probes"],
  imagePullSecrets: ["pullSecrets"],
  livenessProbe: ["probes"],
  podAnnotations: ["annotations"],
  podLabels: ["labels"],
  podSecurityContext: ["user", "group", "fsGroup", "allow"],
  readinessProbe: ["probes"],
  securityContext: ["user", "group", "fsGroup", "writable", "allow"],
  startupProbe: ["probes"],
  strategy: ["replacement"],
  terminationGracePeriodSeconds: ["stopSeconds"],
  updateStrategy: ["replacement", "stateful", "everyNode"],
  volumeClaimTemplates: ["volumes"],
  volumeMounts: ["volumes", "folders", "files", "mounts"],
};

/** What takes any field of Kubernetes. */
const ANY = ["pod", "patches"];

/** What to do about a key that is unknown, in place of `remedy`, if it is a field of Kubernetes that the settings call by another name. */
export function remedyFor(key: string, known: readonly string[], remedy: string): string {
  const own = Object.hasOwn(KEYS, key) ? (KEYS[key] ?? []) : [];
  const keys = own.filter((each) => known.includes(each));
  if (keys.length > 0) {
    return `say it with ${keys.join(", ")}`;
  }
  return ANY.every((each) => known.includes(each))
    ? `${remedy}; a field of Kubernetes that has no key goes under ${ANY.join(" or ")}`
    : remedy;
}
