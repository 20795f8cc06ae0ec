import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { DOCKER_SOCKET } from "../../tools/platform/daemons/dockerd.ts";
import { API_SERVICE, ports } from "../../tools/platform/addresses.ts";
import { pushAgentImage } from "./agent-image.ts";
import type { Build } from "./agent-pod.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { JenkinsController } from "./jenkins-controller.ts";
import { mountFolder } from "./mounted-folder.ts";
import { mutualTls } from "./mutual-tls.ts";
import { Relay } from "./relay.ts";

const PACKAGES = resolve(import.meta.dirname, "../../node_modules");

/** The user of agent pods. */
const AGENT = 1000;

/** The claims that a lane's pods mount. */
export type Claim = "packages" | "state" | "state-to-read";

/** Where each is mounted. */
const CLAIMS = {
  packages: { mountPath: "/opt/packages/node_modules", readOnly: true },
  state: { mountPath: "/state" },
  "state-to-read": { mountPath: "/state", readOnly: true },
} as const;

/**
 * What agent pods reach beside the cluster: a stand-in for Jenkins, the Docker daemon by mutual TLS, the registry under its
 * name on loopback, packages, and a state that they share with the administrator.
 */
export class AgentPlatform {
  readonly #ends: (() => unknown)[] = [];
  #registry!: Relay;
  #docker!: Relay;
  #state!: string;
  #controller!: JenkinsController;
  #image!: string;
  readonly #address = new URL(kubeConfig().getCurrentCluster()?.server ?? "").hostname;

  private constructor() {}

  static async start(): Promise<AgentPlatform> {
    const platform = new AgentPlatform();
    try {
      await platform.#start();
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    this.#state = await mkdtemp(join(tmpdir(), "slipway-state-"));
    this.#ends.push(() => rm(this.#state, { recursive: true }));
    this.#controller = await JenkinsController.start(this.#address);
    this.#ends.push(() => this.#controller.stop());
    this.#registry = await Relay.start(this.#address, { host: "127.0.0.1", port: ports.registry });
    this.#ends.push(() => {
      this.#registry.stop();
    });
    this.#image = await pushAgentImage();
  }

  /** Takes all of it away, and what was given to lanes. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) {
      await end();
    }
  }

  get controller(): JenkinsController {
    return this.#controller;
  }

  /** The state's backend, as the machine sees it. */
  get backend(): string {
    return `file://${this.#state}`;
  }

  /** The variables of Jenkins' controller, for lanes whose names begin so. */
  variables(lanes: string): Record<string, string> {
    return {
      SLIPWAY_LANES: lanes,
      SLIPWAY_AGENT_IMAGE: this.#image,
      SLIPWAY_DOCKER_HOST: `tcp://${this.#address}:${this.#docker.port}`,
    };
  }

  /** Lets a lane use the Docker daemon, as jenkins/README.md says. */
  async offerDocker(namespace: string): Promise<void> {
    const tls = await mutualTls(this.#address);
    this.#docker = await Relay.start(this.#address, { path: DOCKER_SOCKET }, tls);
    this.#ends.push(() => {
      this.#docker.stop();
    });
    await cluster.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "docker-client" },
      stringData: {
        "ca.pem": tls.authority,
        "cert.pem": tls.client.cert,
        "key.pem": tls.client.key,
      },
    });
  }

  /** Offers a lane what its pods are to mount. */
  async offerFolders(namespace: string, ...claims: Claim[]): Promise<void> {
    for (const name of claims) {
      const path = name === "packages" ? PACKAGES : this.#state;
      this.#ends.push(await mountFolder({ namespace, name, path }));
    }
  }

  /** Gives the state to the user of the pods, after an administrator has written it. */
  async handOver(): Promise<void> {
    const paths = await readdir(this.#state, { recursive: true });
    for (const path of ["", ...paths]) {
      await chown(join(this.#state, path), AGENT, AGENT);
    }
  }

  /** What a pod has of all this, in the place of names and networks that another cluster has. */
  build(script: string, ...claims: Claim[]): Build {
    return {
      script,
      env: { PULUMI_BACKEND_URL: "file:///state", PULUMI_SKIP_UPDATE_CHECK: "true" },
      platform: {
        // The platform has no DNS.
        hostAliases: [{ ip: API_SERVICE, hostnames: ["kubernetes.default.svc"] }],
        initContainers: [registryRelay(this.#address, this.#registry.port)],
        volumes: claims.map((claimName) => {
          return { name: claimName, persistentVolumeClaim: { claimName } };
        }),
      },
      mounts: claims.map((name) => ({ name, ...CLAIMS[name] })),
    };
  }
}

/** The registry's name is an address of the machine's loopback: inside a pod, this leads there. */
function registryRelay(address: string, port: number) {
  const script = `
const { connect, createServer } = require("node:net");
createServer((incoming) => {
  const outgoing = connect(${port}, "${address}");
  incoming.on("error", () => outgoing.destroy());
  outgoing.on("error", () => incoming.destroy());
  incoming.pipe(outgoing).pipe(incoming);
}).listen(${ports.registry}, "127.0.0.1");`;
  return {
    name: "registry",
    restartPolicy: "Always",
    command: ["node", "-e", script],
    resources: { requests: { cpu: "10m" }, limits: { cpu: "100m", memory: "128Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}
