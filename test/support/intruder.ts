/** An object that nobody wants, as one writes it down. */
export const object = (
  apiVersion: string,
  kind: string,
  namespace?: string,
  more: object = {},
) => ({
  apiVersion,
  kind,
  metadata: { name: "intruder", ...(namespace !== undefined && { namespace }) },
  ...more,
});

/** An image by its digest. */
export const PINNED = `registry.example.com/agent@sha256:${"a".repeat(64)}`;

/** What the level `restricted` asks of a container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** The rest of a pod that a lane takes, and what is to be different. */
export const podWith = (change: object, container: object = {}) => ({
  spec: {
    serviceAccountName: "agent",
    securityContext: { runAsNonRoot: true, runAsUser: 1000 },
    containers: [{ name: "jnlp", image: PINNED, securityContext: restricted, ...container }],
    ...change,
  },
});
