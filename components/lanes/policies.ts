import type { Lane } from "./definition.ts";
import { type Delivery, ownCredentials } from "./delivery.ts";
import { buildPolicy } from "./policies/build.ts";
import { ANNOTATIONS } from "./policies/deploy/annotations.ts";
import { deployments } from "./policies/deploy/deployments.ts";
import { externalSecrets } from "./policies/deploy/external-secrets.ts";
import { ingresses } from "./policies/deploy/ingresses.ts";
import { type Limit, limitPolicy } from "./policies/deploy/limit.ts";
import { sealedSecrets } from "./policies/deploy/sealed-secrets.ts";
import { SERVICE_ACCOUNTS } from "./policies/deploy/service-accounts.ts";
import { SERVICES } from "./policies/deploy/services.ts";
import { dryRunPolicy } from "./policies/dry-run.ts";
import { podPolicy } from "./policies/pods.ts";
import { previewSecretsPolicy } from "./policies/preview-secrets.ts";
import { proxyPolicy } from "./policies/proxy.ts";

/** The policies for what rights alone cannot limit: each with the binding that puts it in force. */
export function policyManifests(prefix: string, lanes: readonly Lane[], delivery: Delivery) {
  const [preview, build, deploy] = (["preview", "build", "deploy"] as const).map((name) =>
    lanes.find((lane) => lane.name === name),
  );
  return [
    podPolicy(prefix, lanes),
    proxyPolicy(prefix, lanes, delivery),
    ...(preview === undefined
      ? []
      : [dryRunPolicy(prefix, preview), previewSecretsPolicy(prefix, preview)]),
    ...(build === undefined ? [] : [buildPolicy(prefix, build)]),
    ...(deploy === undefined ? [] : deployPolicies(prefix, deploy, delivery)),
  ];
}

/** What the deploy lane may write in the services' namespace, of the kinds that the stack has there. */
function deployPolicies(prefix: string, lane: Lane, delivery: Delivery) {
  return Object.entries(limitsOf(delivery)).flatMap(([kind, limit]) =>
    limit === undefined
      ? []
      : [limitPolicy(`${prefix}-deploy-${kind}`, lane, delivery.namespace, limit)],
  );
}

function limitsOf(delivery: Delivery): Readonly<Record<string, Limit | undefined>> {
  const own = ownCredentials(delivery);
  const hasIngress = Object.values(delivery.services).some(({ ingress }) => ingress !== undefined);
  const seals = own.some(([, { store }]) => store === undefined);
  const fetches = own.some(([, { store }]) => store !== undefined);
  return {
    annotations: ANNOTATIONS,
    services: SERVICES,
    serviceaccounts: SERVICE_ACCOUNTS,
    deployments: deployments(delivery),
    ingresses: hasIngress ? ingresses(delivery) : undefined,
    sealedsecrets: seals ? sealedSecrets(delivery) : undefined,
    externalsecrets: fetches ? externalSecrets(delivery) : undefined,
  };
}
