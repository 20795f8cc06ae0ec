// Cannot prove that the API server evaluates the expressions as this does: test/e2e/policy.test.ts has it refuse what is added.
import { faultsOfChange } from "../support/policy-change.ts";
import { rightDeployment, type Scene } from "../support/policy-objects.ts";
import { RULES } from "../../policy/rules/table.ts";

const LABELS = { "app.kubernetes.io/name": "shop" };
const SCENE: Scene = {
  namespace: "shop",
  image: `registry.example.com/team/shop@sha256:${"a".repeat(64)}`,
  labels: LABELS,
};
const HELD = {
  rules: RULES,
  given: { allow: {}, own: [], open: {}, unprobed: [], selectors: [{ matchLabels: LABELS }] },
  waived: {},
};
const REST = "; set it in slipway:services, or remove what needs it";

const saidOf = (before: object, after: object) =>
  faultsOfChange(HELD, rightDeployment("it", SCENE, before), rightDeployment("it", SCENE, after));
const secured = (own: object) => ({
  container: {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, ...own },
  },
});
const added = (...add: readonly string[]) => secured({ capabilities: { drop: ["ALL"], add } });
const hostPorts = (...ports: readonly object[]) => ({
  container: { ports: ports.map((port) => ({ containerPort: 8080, ...port })) },
});
const sysctls = (...all: readonly string[]) => ({
  pod: {
    securityContext: {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
      sysctls: all.map((name) => ({ name, value: "1" })),
    },
  },
});
const probed = (host: string) => ({
  container: {
    readinessProbe: { httpGet: { path: "/", port: 8080, host: "192.0.2.1" } },
    livenessProbe: { httpGet: { path: "/", port: 8080, ...(host === "" ? {} : { host }) } },
  },
});
const ofNode = (...mounts: readonly object[]) => ({
  pod: { volumes: [{ name: "node", hostPath: { path: "/var/log" } }] },
  container: { volumeMounts: mounts.map((each) => ({ name: "node", mountPath: "/log", ...each })) },
});
const remote = (volume: object) => ({ pod: { volumes: [{ name: "far", ...volume }] } });

test.each<[string, object, object, string]>([
  [
    "another capability of the runtime",
    added("CHOWN"),
    added("CHOWN", "SETUID"),
    'container main: capability "SETUID" needs allow: [capabilities]',
  ],
  [
    "another capability of the system",
    added("SYS_TIME"),
    added("SYS_TIME", "SYS_ADMIN"),
    'container main: capability "SYS_ADMIN" needs allow: [system-capabilities]',
  ],
  [
    "another port of the node",
    hostPorts({ hostPort: 8080 }),
    hostPorts({ hostPort: 8080 }, { hostPort: 9090, protocol: "UDP" }),
    "container main: host port 9090/UDP needs allow: [host-ports]",
  ],
  [
    "the same port of the node at all of its addresses",
    hostPorts({ hostPort: 8080, hostIP: "127.0.0.1" }),
    hostPorts({ hostPort: 8080 }),
    "container main: host port 8080/TCP needs allow: [host-ports]",
  ],
  [
    "a second way out of its confinement",
    secured({ seccompProfile: { type: "Unconfined" } }),
    secured({ seccompProfile: { type: "Unconfined" }, procMount: "Unmasked" }),
    "container main: procMount needs allow: [unconfined]",
  ],
  [
    "another type of SELinux",
    secured({ seLinuxOptions: { type: "spc_t" } }),
    secured({ seLinuxOptions: { type: "unconfined_t", user: "root" } }),
    'container main: seLinuxOptions of type "unconfined_t", user "root", role "" needs allow: [selinux]',
  ],
  [
    "another setting of the kernel",
    sysctls("kernel.msgmax"),
    sysctls("kernel.msgmax", "kernel.shmall"),
    'its pods: sysctl "kernel.shmall" of "1" needs allow: [sysctls]',
  ],
  [
    "a probe of another host",
    probed(""),
    probed("169.254.169.254"),
    'container main: a probe of "169.254.169.254" needs allow: [probe-hosts]',
  ],
  [
    "to write to a folder of the node that it reads",
    ofNode({ readOnly: true }),
    ofNode({ readOnly: false }),
    "container main: to write to volume node needs allow: [host-path]",
  ],
  [
    "to mount a folder of the node that its pod has",
    ofNode(),
    ofNode({ readOnly: true }),
    "container main: volume node needs allow: [host-path]",
  ],
  [
    "a volume of another server",
    remote({ nfs: { server: "192.0.2.1", path: "/" } }),
    remote({ nfs: { server: "192.0.2.2", path: "/" } }),
    'volume far of nfs "192.0.2.2:/" needs allow: [other-volumes]',
  ],
  [
    "a volume of another kind",
    remote({ nfs: { server: "192.0.2.1", path: "/" } }),
    remote({ iscsi: { targetPortal: "192.0.2.1", iqn: "a", lun: 0 } }),
    "volume far of iscsi needs allow: [other-volumes]",
  ],
])("a container that did so before may not get %s", (_, before, after, fault) => {
  expect(saidOf(before, before)).toEqual([]);
  expect(saidOf(before, after)).toEqual([`no-unsaid-exceptions: ${fault}${REST}`]);
});

test.each<[string, object, object]>([
  ["a capability", added("SYS_TIME", "SYS_ADMIN", "CHOWN"), added("SYS_TIME")],
  ["a port of the node", hostPorts({ hostPort: 1 }, { hostPort: 2 }), hostPorts({ hostPort: 2 })],
  ["the writing", ofNode({ readOnly: false }), ofNode({ readOnly: true })],
  ["a setting of the kernel", sysctls("kernel.msgmax", "kernel.shmall"), sysctls("kernel.shmall")],
])("it may give up %s and keep the rest", (_, before, after) => {
  expect(saidOf(before, after)).toEqual([]);
});
