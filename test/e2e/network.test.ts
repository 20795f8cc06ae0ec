// Proves by traffic what other stories only see accepted: with CoreDNS, Traefik and kube-router, on one node with IPv4. It cannot prove other network
// plugins, traffic between nodes, or an ingress controller in a node's own network.
import { createServer, request as plainRequest, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { API_SERVICE, CLUSTER_DNS, NODE_ADDRESS } from "../../tools/platform/addresses.ts";
import { ensureExtras, extras } from "../../tools/platform/additions.ts";
import { publishAddress } from "../../tools/platform/ingress.ts";
import { stopNetworkPolicies } from "../../tools/platform/network-policies.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { DEPLOYMENT, INGRESS, POD } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { Ends } from "../support/ends.ts";
import { mutualTls, type MutualTls } from "../support/mutual-tls.ts";
import { NodeDns } from "../support/node-dns.ts";
import { expectTraffic, serving, startPod } from "../support/traffic.ts";

const NODE_LOCAL_DNS = "169.254.20.10";
const HIDDEN = 9090;

let project: Project;
let tls: MutualTls;
/** Servers outside of the cluster: one that the settings name, and one that they do not. */
let named: Server;
let unnamed: Server;
let peer: string;
/** Takes away what the story has made, the last first. */
const ends = new Ends();
const host = (): string => `${project.namespace}.example.com`;
const others = (): string => `${project.namespace}-others`;
const lane = (name: string): string => `${project.namespace}-jenkins-${name}`;
const bystander = () => ({ namespace: others(), name: "bystander" });
const serviceOf = (name: string) => ({ namespace: project.namespace, name: `deploy/${name}` });
const agentOf = (name: string) => ({ namespace: lane(name), name: "agent-of-a-build" });

beforeAll(async () => {
  if ((await extras["network-policies"].state()) === undefined) {
    // Each pod that comes or goes has kube-router write all its rules anew, which other stories would feel.
    ends.push(stopNetworkPolicies);
  }
  await ensureExtras("dns", "ingress", "network-policies");
  ends.push(() => publishAddress(NODE_ADDRESS));
  project = await Project.create("network");
  ends.push(() => project.dispose());
  const dns = await NodeDns.start(NODE_LOCAL_DNS);
  ends.push(() => dns.stop());
  tls = await mutualTls(`${NODE_ADDRESS},DNS:${host()}`);
  [named, unnamed] = await Promise.all([listener(), listener()]);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: others() } };
  await cluster.create(namespace);
  ends.push(() => cluster.delete(namespace));
  ({ ip: peer } = await startPod(bystander(), { tcp: [8080, HIDDEN], udp: [8125, HIDDEN] }));
});
afterAll(async () => {
  expect(await ends.failures()).toEqual([]);
});

async function listener(): Promise<Server> {
  const server = createServer((_, answer) => answer.end("here"));
  await new Promise<void>((resolve) => server.listen(0, NODE_ADDRESS, resolve));
  ends.push(() => server.close());
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function podIp(name: string): Promise<string> {
  const label = `app.kubernetes.io/name=${name}`;
  const [pod] = await cluster.list(POD, project.namespace, label);
  return pod?.status?.podIP ?? "";
}

function settings(): Promise<void> {
  const api = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
  const reach = [
    { namespace: others(), ports: [8080, "8125/UDP"] },
    { cidr: `${NODE_ADDRESS}/32`, ports: [portOf(named)] },
  ];
  const service = { ...shop, replicas: 1 };
  return project.settings({
    jenkins: {
      apiServer: { cidr: `${api.hostname}/32`, ports: [Number(api.port)] },
      controller: { namespace: others(), ports: [8080] },
      lanes: { preview: {}, deploy: {} },
    },
    services: {
      shop: {
        ...service,
        ingress: { host: host(), class: "traefik", tls: "shop-tls" },
        egress: reach,
      },
      quiet: service,
    },
  });
}

test("a release waits for the address that the ingress controller publishes", async () => {
  await publishAddress(undefined);
  await settings();
  const up = project.up();
  while (
    ((await cluster.find(DEPLOYMENT, project.namespace, "shop"))?.status?.availableReplicas ??
      0) === 0
  ) {
    await Promise.race([up.then(() => Promise.reject(new Error("the up has ended"))), sleep(500)]);
  }
  await cluster.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: project.namespace, name: "shop-tls" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": tls.server.cert, "tls.key": tls.server.key },
  });
  expect(await Promise.race([up, sleep(3000, "waits")])).toBe("waits");

  await publishAddress(NODE_ADDRESS);
  await succeed(up);
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(releases["shop"]?.verdict).toBe("ready");
  const { status } = await cluster.get(INGRESS, project.namespace, "shop");
  expect(status?.loadBalancer?.ingress).toEqual([{ ip: NODE_ADDRESS }]);
});

test("a host answers through the Ingress over HTTP and over TLS with the Secret's certificate, and no other host does", async () => {
  const [plain, other] = await Promise.all(
    [host(), `other.${host()}`].map((name) =>
      answer(new URL(`http://${NODE_ADDRESS}/healthz`), name),
    ),
  );
  expect({ plain, other }).toEqual({ plain: 200, other: 404 });
  expect(await answer(new URL(`https://${NODE_ADDRESS}/healthz`), host())).toBe(200);
});

test("names of the cluster resolve in a service's pods, over UDP and TCP", async () => {
  const { namespace } = project;
  const names = [
    "quiet",
    `quiet.${namespace}`,
    `quiet.${namespace}.svc.cluster.local`,
    "kubernetes.default.svc",
  ];
  const asked = `${CLUSTER_DNS}:53/quiet.${namespace}.svc.cluster.local`;
  await expectTraffic(serviceOf("shop"), {
    open: [...names.map((name) => `name://${name}`), `dns://${asked}`, `dns+tcp://${asked}`],
    closed: [`name://nobody.${namespace}`],
  });
});

test("pods reach DNS and what egress names, and nothing else", async () => {
  const node = (server: Server): string => `tcp://${NODE_ADDRESS}:${portOf(server)}`;
  const dns = [
    `dns://${CLUSTER_DNS}:53/kubernetes.default.svc.cluster.local`,
    `dns://${NODE_LOCAL_DNS}:53/kubernetes.default.svc.cluster.local`,
  ];
  const opened = [`tcp://${peer}:8080`, `udp://${peer}:8125`, node(named)];
  const rest = [
    `tcp://${peer}:${HIDDEN}`,
    `udp://${peer}:${HIDDEN}`,
    node(unnamed),
    `tcp://${API_SERVICE}:443`,
    `tcp://${await podIp("quiet")}:8080`,
    "tcp://quiet:80",
  ];
  await expectTraffic(bystander(), { open: [...dns, ...opened, ...rest.slice(0, -1)], closed: [] });
  await expectTraffic(serviceOf("shop"), { open: [...dns, ...opened], closed: rest });
  await expectTraffic(serviceOf("quiet"), { open: dns, closed: [...opened, ...rest.slice(0, 4)] });
});

test("only a service's port is open, to everybody, by its pods' addresses and by the Service's name", async () => {
  const pod = await podIp("shop");
  const inside = kubectl([
    ...["exec", "--namespace", project.namespace, "deploy/shop", "--", "timeout", "20"],
    ...["node", "-e", serving({ tcp: [HIDDEN] })],
  ]).catch(() => "");
  await expectTraffic(serviceOf("shop"), { open: [`tcp://127.0.0.1:${HIDDEN}`], closed: [] });
  await expectTraffic(bystander(), {
    open: [`tcp://${pod}:8080`, `tcp://shop.${project.namespace}:80`],
    closed: [`tcp://${pod}:${HIDDEN}`],
  });
  await inside;
});

test("an agent of a lane reaches DNS, the API server and Jenkins, and nothing else, and nobody reaches it", async () => {
  const [one, other] = await Promise.all(
    ["preview", "deploy"].map((name) =>
      startPod(agentOf(name), { tcp: [8080] }, { serviceAccountName: "agent" }),
    ),
  );
  await expectTraffic(agentOf("preview"), {
    open: [`tcp://${API_SERVICE}:443`, `tcp://${peer}:8080`, "name://kubernetes.default.svc"],
    closed: [
      `tcp://${peer}:${HIDDEN}`,
      `udp://${peer}:8125`,
      `tcp://${NODE_ADDRESS}:${portOf(named)}`,
      `tcp://${await podIp("shop")}:8080`,
      `tcp://${other?.ip}:8080`,
    ],
  });
  await expectTraffic(bystander(), {
    open: [],
    closed: [`tcp://${one?.ip}:8080`, `tcp://${other?.ip}:8080`],
  });
});

/** The status of an answer to a request for a host, by whose certificate it is trusted. */
function answer(url: URL, name: string): Promise<number | undefined> {
  const options = {
    headers: { host: name },
    servername: name,
    ca: tls.authority,
    agent: false as const,
  };
  const send = url.protocol === "https:" ? request : plainRequest;
  return new Promise((resolve, reject) => {
    send(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
