import type { Reason } from "../../provider/verdict/reasons.ts";
import type { Fault } from "./clone/fault.ts";
import type { Manifest } from "../../testbed/kinds.ts";
import type { Images, Stage } from "./stage.ts";
import type { Symptom } from "./symptoms.ts";

/** One service of the catalogue, and what its release must come to. */
export interface Case {
  /** Short, in kebab case. */
  readonly name: string;
  /** What is the matter with it, in a few words. */
  readonly title: string;
  readonly expected: "ready" | Failure;
  /**
   * The service's settings, where they differ from the plain one's.
   *
   * @default {}
   */
  readonly settings?: Settings;
  /**
   * Settings with which it was released before, and was ready.
   *
   * @default - it is the first release
   */
  readonly earlier?: Settings;
  /**
   * Further services of the stack by name; the plain one's settings where they say nothing else.
   *
   * @default {}
   */
  readonly beside?: Readonly<Record<string, Settings>>;
  /**
   * Changes to its objects that the settings have no word for.
   *
   * @default - none
   */
  readonly fault?: (images: Images, namespace: string) => Fault;
  /**
   * Objects that are there before the service; without a namespace of their own they get the service's.
   *
   * @default - none
   */
  readonly objects?: (namespace: string) => readonly Manifest[];
  /**
   * Makes what the service is to meet outside its namespace, and returns settings that follow from it.
   *
   * @default - nothing is made
   */
  readonly prepare?: (stage: Stage) => Promise<Prepared>;
  /**
   * Does more in its namespace, before the service or between its two releases.
   *
   * @default - nothing is done
   */
  readonly furnish?: (stage: Stage) => Promise<void>;
  /**
   * What happens to the service while its release is awaited.
   *
   * @default - nothing
   */
  readonly meanwhile?: (stage: Stage) => Promise<void>;
}

/** The service that every case changes. */
export const PLAIN: Settings = {
  port: 8080,
  replicas: 2,
  health: "/healthz",
  ready: "/readyz",
  drainSeconds: 0,
  stopSeconds: 2,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
};

/** Settings of a service, as they stand in a stack's file. */
export type Settings = Readonly<Record<string, unknown>>;

/** Settings that are known only when a case is set up. */
export interface Prepared {
  readonly service?: Settings;
  readonly cluster?: Settings;
  /** What stands beside the services. */
  readonly stack?: Settings;
}

/** How a release is to fail. */
export interface Failure {
  readonly reason: Reason;
  /** What shows the failure first; `disturbed` is the moment at which the case itself makes it. */
  readonly from: Symptom | "disturbed";
  /** Seconds that may pass from there to the verdict. */
  readonly within: number;
}

/** What a verdict may take when there is nothing to wait for. */
export const AT_ONCE = 2;

/** The restricted Pod Security level wants this of each container. */
const RESTRICTED = {
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};

/** A further container of a pod, which runs a line of JavaScript. */
export function scriptContainer(name: string, image: string, script: string): Settings {
  return { name, image, command: ["node", "-e", script], ...RESTRICTED };
}

/** A pod of somebody else. */
export function bystander(name: string, container: Settings, spec: Settings = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [container],
      ...spec,
    },
  };
}
