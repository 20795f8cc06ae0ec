import type { StackRelease } from "../../components/index.ts";

/** Ends well where the service answers. */
const CALL = "fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1))";

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * A Job that calls a service from its own namespace, with the service's own image: the shop's has a Node.js in it.
 * Another image is another Job, because a Job never changes.
 *
 * @throws Error if the service takes no connections
 */
export function smokeTest(
  service: string,
  { digest, image, namespace }: StackRelease["release"],
  { address }: StackRelease["endpoint"],
) {
  if (address === null) {
    throw new Error(`${service} takes no connections: there is nothing to call`);
  }
  const command = ["node", "--eval", CALL, address];
  const resources = { limits: { cpu: "500m", memory: "128Mi" } };
  const container = { name: "call", image, command, resources, securityContext: RESTRICTED };
  return {
    metadata: {
      name: `smoke-${service}-${digest.slice("sha256:".length, "sha256:".length + 12)}`,
      namespace,
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      backoffLimit: 2,
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          containers: [container],
        },
      },
    },
  };
}
