import { PINNED, podWith, restricted } from "./intruder.ts";

type Change = object;

const of = (container: Change, spec: Change = {}): object => podWith(spec, container);
const secure = (change: Change): Change => ({ securityContext: { ...restricted, ...change } });
const listed = (list: string, container: Change): object =>
  podWith({
    [list]: [{ name: "other", image: PINNED, securityContext: restricted, ...container }],
  });

const HOST = { httpGet: { host: "169.254.169.254", port: 80 } };
const UNCONFINED = { type: "Unconfined" };

/**
 * Each control of the levels `baseline` and `restricted`, with pods that violate it, and what the build lane says of them.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const CONTROLS: readonly (readonly [string, RegExp, readonly object[]])[] = [
  [
    "HostProcess",
    /process of the node|share a namespace of the node/,
    [
      of(secure({ windowsOptions: { hostProcess: true } }), { hostNetwork: true }),
      of(
        {},
        {
          hostNetwork: true,
          securityContext: { runAsNonRoot: true, windowsOptions: { hostProcess: true } },
        },
      ),
    ],
  ],
  [
    "Host Namespaces",
    /share a namespace of the node/,
    [of({}, { hostNetwork: true }), of({}, { hostPID: true }), of({}, { hostIPC: true })],
  ],
  [
    "Privileged Containers",
    /that is privileged/,
    [of(secure({ privileged: true, allowPrivilegeEscalation: true }))],
  ],
  [
    "Capabilities",
    /added capabilities|keeps capabilities/,
    [
      of(secure({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } })),
      of(secure({ capabilities: { drop: ["ALL"], add: ["SETUID"] } })),
      of(secure({ capabilities: { drop: ["NET_RAW"] } })),
    ],
  ],
  [
    "HostPath Volumes",
    /may mount only/,
    [of({}, { volumes: [{ name: "v", hostPath: { path: "/" } }] })],
  ],
  ["Host Ports", /port of the node/, [of({ ports: [{ containerPort: 80, hostPort: 80 }] })]],
  [
    "Host Probes and Lifecycle Hooks",
    /names a host/,
    [
      of({ livenessProbe: HOST }),
      of({ readinessProbe: { tcpSocket: { host: "10.0.0.1", port: 1 } } }),
      of({ startupProbe: HOST }),
      of({ lifecycle: { postStart: HOST } }),
      of({ lifecycle: { preStop: HOST } }),
    ],
  ],
  [
    "AppArmor",
    /AppArmor profile|no annotation/,
    [
      of(secure({ appArmorProfile: UNCONFINED })),
      of({}, { securityContext: { runAsNonRoot: true, appArmorProfile: UNCONFINED } }),
    ],
  ],
  [
    "SELinux",
    /SELinux user, role or type/,
    [
      of(secure({ seLinuxOptions: { type: "spc_t" } })),
      of(secure({ seLinuxOptions: { user: "system_u" } })),
      of(secure({ seLinuxOptions: { role: "sysadm_r" } })),
      of({}, { securityContext: { runAsNonRoot: true, seLinuxOptions: { type: "spc_t" } } }),
    ],
  ],
  ["/proc Mount Type", /procMount/, [of(secure({ procMount: "Unmasked" }), { hostUsers: false })]],
  [
    "Seccomp",
    /seccomp profile/,
    [
      of({ securityContext: { ...restricted, seccompProfile: undefined } }),
      of(secure({ seccompProfile: UNCONFINED })),
    ],
  ],
  [
    "Sysctls",
    /only the sysctls/,
    [
      of(
        {},
        {
          securityContext: { runAsNonRoot: true, sysctls: [{ name: "kernel.msgmax", value: "1" }] },
        },
      ),
    ],
  ],
  [
    "Volume Types",
    /may mount only/,
    [
      { nfs: { server: "10.0.0.1", path: "/" } },
      { csi: { driver: "secrets-store.csi.k8s.io" } },
      { persistentVolumeClaim: { claimName: "other" } },
      { iscsi: { targetPortal: "10.0.0.1", iqn: "iqn.2026-11.com.example:a", lun: 0 } },
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        },
      },
    ].map((volume) => of({}, { volumes: [{ name: "v", ...volume }] })),
  ],
  ["Privilege Escalation", /may gain privileges/, [of(secure({ allowPrivilegeEscalation: true }))]],
  [
    "Running as Non-root",
    /may start as root/,
    [of({}, { securityContext: {} }), of(secure({ runAsNonRoot: false }))],
  ],
  [
    "Running as Non-root user",
    /may start as root/,
    [
      of(secure({ runAsUser: 0 })),
      of({}, { securityContext: { runAsNonRoot: true, runAsUser: 0 } }),
    ],
  ],
  [
    "init containers, those that keep running among them",
    /no init container/,
    [
      listed("initContainers", secure({ privileged: true, allowPrivilegeEscalation: true })),
      listed("initContainers", {
        restartPolicy: "Always",
        ...secure({ seccompProfile: UNCONFINED }),
      }),
    ],
  ],
];
