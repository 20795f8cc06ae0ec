import type { EgressRule } from "../service-definition.ts";

/** Jenkins' identities: who looks, who builds, who delivers. */
export const LANES = ["preview", "build", "deploy"] as const;

/** One of {@link LANES}. */
export type LaneName = (typeof LANES)[number];

/** The account that Jenkins starts a lane's agent pods with. */
export const LAUNCHER = "launcher";

/** The account that a lane's agent pods run as. */
export const AGENT = "agent";

/** The Secret that a launcher's token is in, if it never expires. */
export const TOKEN = `${LAUNCHER}-token`;

/** What Jenkins gets of the cluster, from the stack's settings. */
export interface JenkinsDefinition {
  /** Where agents reach the API server, as a NetworkPolicy sees it: the addresses behind the Service `kubernetes`. */
  readonly apiServer: EgressRule;
  /**
   * Prefix of the names of the lanes' namespaces and cluster-wide objects: `<prefix>-deploy`.
   * @default - `<namespace of the services>-jenkins`
   */
  readonly prefix?: string;
  /**
   * Where the pods of Jenkins itself are, and the ports that agents connect to.
   * @default - namespace jenkins, port 8080
   */
  readonly controller?: { readonly namespace?: string; readonly ports?: readonly number[] };
  /**
   * What agents of every lane may connect to, besides DNS, the API server and Jenkins: the registry, the state's backend.
   * @default []
   */
  readonly egress?: readonly EgressRule[];
  /**
   * The lanes to create.
   * @default - all three
   */
  readonly lanes?: LaneDefinitions;
  /**
   * Whether each launcher has a Secret with a token that never expires.
   * @default false
   */
  readonly longLivedTokens?: boolean;
  /**
   * Whether launchers may run commands in agent pods: the step `container` of Jenkins' Kubernetes plugin needs it.
   * @default false
   */
  readonly launcherExec?: boolean;
}

/** How much a lane may use. */
export interface LaneDefinition {
  /**
   * Number of pods at a time.
   * @default - preview 10, build 5, deploy 2
   */
  readonly pods?: number;
  /**
   * Cores of all its pods together.
   * @default - preview and build 8, deploy 2
   */
  readonly cpu?: string;
  /**
   * Memory of all its pods together.
   * @default - preview and build 16Gi, deploy 4Gi
   */
  readonly memory?: string;
  /**
   * What the agents of this lane alone may connect to.
   * @default []
   */
  readonly egress?: readonly EgressRule[];
}

/** The lane that builds images. */
export interface BuildLaneDefinition extends LaneDefinition {
  /**
   * Images, by digest, that the container `buildkit` may gain privileges with although the pod shares the node's users: an image decides
   * what programs there are that make root of somebody.
   * @default [] - only in pods with `hostUsers: false`
   */
  readonly images?: readonly string[];
}

/** The lanes to create, by name. */
export interface LaneDefinitions {
  readonly preview?: LaneDefinition;
  readonly build?: BuildLaneDefinition;
  readonly deploy?: LaneDefinition;
}

/** A lane with its namespace, and a value for everything that has a default. */
export interface Lane extends Required<BuildLaneDefinition> {
  readonly name: LaneName;
  readonly namespace: string;
  readonly longLivedTokens: boolean;
  readonly launcherExec: boolean;
}

const LARGE = { pods: 10, cpu: "8", memory: "16Gi" };
const LIMITS: Readonly<Record<LaneName, typeof LARGE>> = {
  preview: LARGE,
  build: { ...LARGE, pods: 5 },
  deploy: { pods: 2, cpu: "2", memory: "4Gi" },
};

/** The prefix of the lanes' names. */
export function prefixOf({ prefix }: Pick<JenkinsDefinition, "prefix">, home: string): string {
  return prefix ?? `${home}-jenkins`;
}

/** The namespace of Jenkins itself. */
export function controllerNamespace({ controller }: Pick<JenkinsDefinition, "controller">): string {
  return controller?.namespace ?? "jenkins";
}

/** The lanes of a stack, in their order. */
export function lanesOf(jenkins: JenkinsDefinition, home: string): Lane[] {
  const { apiServer, controller = {}, egress = [], lanes } = jenkins;
  const { ports = [8080] } = controller;
  const namespace = controllerNamespace(jenkins);
  const wanted: LaneDefinitions = lanes ?? { preview: {}, build: {}, deploy: {} };
  return LANES.flatMap((name) => {
    const lane: BuildLaneDefinition | undefined = wanted[name];
    if (lane === undefined) {
      return [];
    }
    const { egress: own = [], images = [], ...limits } = lane;
    return [
      {
        name,
        namespace: `${prefixOf(jenkins, home)}-${name}`,
        ...LIMITS[name],
        ...limits,
        images,
        egress: [apiServer, { namespace, ports }, ...egress, ...own],
        longLivedTokens: jenkins.longLivedTokens ?? false,
        launcherExec: jenkins.launcherExec ?? false,
      },
    ];
  });
}

/** The API server's name of an account of a lane. */
export function userName(namespace: string, account: string): string {
  return `system:serviceaccount:${namespace}:${account}`;
}
