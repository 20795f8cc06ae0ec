import { faultIf, faultOf, literal, together } from "./cel.ts";
import { SERVING, WITH_PODS } from "./kinds.ts";
import { type Word, wordsOf } from "./loose.ts";
import { severalNeeds } from "./needs.ts";
import type { Given, Place, Rule } from "./rule.ts";

const HOST = ["host-network", "host-pid", "host-ipc"] as const;

/** What the level `restricted` admits, and Slipway's own hardening does not. */
const BEYOND = ["writable-root", "low-ports", "token"] as const;

/** The words that have no rule of their own. */
const OTHERS = (Object.keys(wordsOf({ pod: "", containers: "" })) as Word[]).filter(
  (word) => !HOST.some((each) => each === word),
);

/** @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const noHostNamespaces: Rule = {
  name: "no-host-namespaces",
  says: "No pod shares the network, the processes or the IPC of its node.",
  remedy:
    "Remove `hostNetwork`, `hostPID` and `hostIPC`; a service may have them by a word of `allow`.",
  kinds: WITH_PODS,
  faults: (at, given) => wordFaults(at, given, HOST),
};

/** What a service's pods may do beside what every service's may is said in its settings. */
export const noUnsaidExceptions: Rule = {
  name: "no-unsaid-exceptions",
  says: "Pods meet the Pod Security level `restricted`, and those of `slipway:services` Slipway's own hardening, except for what a word of `allow` permits by name.",
  remedy: "Set its `securityContext`; or say the word in `slipway:services.<service>.allow`.",
  kinds: WITH_PODS,
  isBroken: (at, given) => {
    const loose = wordsOf({ pod: at.pod, containers: at.all });
    return [
      ...OTHERS.map((word) => [...heldBy(at, given, word), `(${loose[word]})`].join(" && ")),
      `(${annotationFaults(at, given)}).size() > 0`,
    ].join(" || ");
  },
  faults: (at, given) => together([wordFaults(at, given, OTHERS), annotationFaults(at, given)]),
};

/** What pods have as a whole. */
const OF_PODS = [...HOST, "token"] as const;

const OTHERWISE = "; set it in slipway:services, or remove what needs it";

/** Each names who needs it: what is added to that is new. A container that was added to a pod which runs is one of them. */
function wordFaults({ object, pod, all }: Place, given: Given, words: readonly Word[]): string {
  const loose = wordsOf({ pod, containers: "[c]" });
  const several = severalNeeds({ pod, containers: all });
  return together(
    words.map((word) => {
      const held = heldBy({ object }, given, word);
      const found = whoNeeds(word, all, { isLoose: loose[word], needs: several[word] });
      return held.length === 0 ? found : `(${held.join(" && ")} ? ${found} : [])`;
    }),
  );
}

/** Which objects must do without a word, as conditions; none if all must. */
function heldBy({ object }: Pick<Place, "object">, { allow, own }: Given, word: Word): string[] {
  const name = `${object}.metadata.?name.orValue("")`;
  const allowed = Object.entries(allow).flatMap(([each, words]) =>
    words.includes(word) ? [each] : [],
  );
  return [
    ...(BEYOND.some((each) => each === word) ? [`${name} in ${literal(own)}`] : []),
    ...(allowed.length === 0 ? [] : [`!(${namedAs(name, allowed)})`]),
  ];
}

const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

/** The API server makes the field of it, once the pod is made. */
function annotationFaults({ object, annotations }: Place, { allow }: Given): string {
  const allowed = Object.keys(allow).filter((name) => allow[name]?.includes("unconfined"));
  const at = `${annotations}[k]`;
  const found = `${annotations}.map(k, k).filter(k, k.startsWith(${literal(APP_ARMOR)}) && ${at} != "runtime/default" && !${at}.startsWith("localhost/")).map(k, "annotation " + k + ${literal(` needs allow: [unconfined]${OTHERWISE}`)})`;
  const name = `${object}.metadata.?name.orValue("")`;
  return allowed.length === 0 ? found : `(${namedAs(name, allowed)} ? [] : ${found})`;
}

/** @param needs all that needs it, of a word that pods may need for more than one thing */
function whoNeeds(
  word: Word,
  containers: string,
  { isLoose, needs }: { readonly isLoose: string; readonly needs: string | undefined },
): string {
  const rest = literal(` needs allow: [${word}]${OTHERWISE}`);
  if (needs !== undefined) {
    return `(${needs}).map(n, n + ${rest})`;
  }
  if (OF_PODS.some((each) => each === word)) {
    return faultIf(isLoose, literal(`its pods need allow: [${word}]${OTHERWISE}`));
  }
  return `${containers}.filter(c, ${isLoose}).map(c, "container " + c.?name.orValue("without a name") + ${rest})`;
}

function namedAs(name: string, names: readonly string[]): string {
  const [starred, whole] = [true, false].map((is) =>
    names.filter((each) => each.endsWith("*") === is),
  );
  const starts = starred?.map((each) => each.slice(0, -1)) ?? [];
  return [
    `${name} in ${literal(whole)}`,
    ...(starts.length > 0 ? [`${literal(starts)}.exists(s, ${name}.startsWith(s))`] : []),
  ].join(" || ");
}

/** Whether it is a quantity of something: a limit of 0 is none to Kubernetes. */
function isSome(quantity: string): string {
  return `!string(${quantity}.orValue("0")).matches("^[+]?[0.]+([a-zA-Z].*)?$")`;
}

/** Of a container without a limit of memory the node itself runs out; without requests the scheduler knows nothing. */
export const requestsAndLimits: Rule = {
  name: "requests-and-limits",
  says: "Every container has requests of CPU and memory, and a limit of memory: its own, or its pod's.",
  remedy:
    "Set `resources`; a limit counts as a request. A limit of CPU only slows it, and is not asked for.",
  kinds: WITH_PODS,
  faults: ({ pod, containers }) => {
    const has = (kind: string, what: string) =>
      `(${isSome(`c.?resources.?${kind}.?${what}`)} || ${isSome(`${pod}.?resources.?${kind}.?${what}`)})`;
    const limits = (what: string) => has("limits", what);
    const requests = (what: string) => `(${has("requests", what)} || ${limits(what)})`;
    const missing = `[${requests("cpu")} ? "" : "requests.cpu", ${requests("memory")} ? "" : "requests.memory", ${limits("memory")} ? "" : "limits.memory"].filter(m, m != "")`;
    return faultOf(
      containers,
      `${missing}.size() > 0`,
      `"container " + c.?name.orValue("without a name") + ": has no " + ${missing}.join(", ") + "; allowed: resources with requests of cpu and memory, and a limit of memory"`,
    );
  },
};

/** A pod that answers no probe gets traffic before it can serve. */
export const readinessProbes: Rule = {
  name: "readiness-probes",
  says: "Of what keeps running and opens a port, a container has a readiness probe.",
  remedy:
    "Set a `readinessProbe`; a service whose settings say `probes: none` or `readiness: none` has none.",
  kinds: SERVING,
  faults: ({ object, pod }, { unprobed }) => {
    const own = `${pod}.containers`;
    const said =
      unprobed.length === 0
        ? ""
        : `!(${object}.metadata.?name.orValue("") in ${literal(unprobed)}) && `;
    return faultIf(
      `${said}${own}.exists(c, c.?ports.orValue([]).size() > 0) && !${own}.exists(c, has(c.readinessProbe))`,
      literal(
        "opens a port, and no container has a readinessProbe; allowed: at least one that has",
      ),
    );
  },
};
