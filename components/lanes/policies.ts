import { byName } from "../by-name.ts";
import type { Lane } from "./definition.ts";
import {
  type Delivery,
  dividedNames,
  kindsOf,
  ownCredentials,
  placesOf,
  servicesOf,
} from "./delivery.ts";
import { buildPolicy } from "./policies/build.ts";
import { annotations } from "./policies/deploy/annotations.ts";
import { cronJobs, jobs } from "./policies/deploy/cron-jobs.ts";
import { deployments } from "./policies/deploy/deployments.ts";
import { externalSecrets } from "./policies/deploy/external-secrets.ts";
import { httpRoutes } from "./policies/deploy/http-routes.ts";
import { ingresses } from "./policies/deploy/ingresses.ts";
import { podMonitors, prometheusRules } from "./policies/deploy/monitors.ts";
import { type Limit, limitPolicy } from "./policies/deploy/limit.ts";
import { analyses, rollouts } from "./policies/deploy/rollouts.ts";
import { sealedSecrets } from "./policies/deploy/sealed-secrets.ts";
import { serviceAccounts } from "./policies/deploy/service-accounts.ts";
import { services } from "./policies/deploy/services.ts";
import { traefikServices } from "./policies/deploy/traefik-services.ts";
import { dryRunPolicy } from "./policies/dry-run.ts";
import { keptPolicy } from "./policies/kept-bounds.ts";
import { podPolicy } from "./policies/pods.ts";
import { previewSecretsPolicy } from "./policies/preview-secrets.ts";
import { proxyPolicy } from "./policies/proxy.ts";
import { writtenOf } from "./rendered.ts";

type Policy = ReturnType<typeof podPolicy>;

/** The policies for what rights alone cannot limit: each with the binding that puts it in force. */
export function policyManifests(
  prefix: string,
  lanes: readonly Lane[],
  delivery: Delivery,
): Policy[] {
  return Object.values(policiesOf(prefix, lanes, delivery)).filter((each) => each !== undefined);
}

/** The names of all policies that lanes can have, whatever a stack delivers. */
export function policyNames(prefix: string): string[] {
  const controller = { namespace: "", name: "" };
  const nothing = { namespace: "", services: {}, credentials: {}, sealing: { controller } };
  return Object.keys(policiesOf(prefix, [], nothing));
}

/** By name, what there can be; what is not needed is undefined. */
function policiesOf(
  prefix: string,
  lanes: readonly Lane[],
  delivery: Delivery,
): Readonly<Record<string, Policy | undefined>> {
  const [preview, build, deploy] = (["preview", "build", "deploy"] as const).map((name) =>
    lanes.find((lane) => lane.name === name),
  );
  const makers: Readonly<Record<string, (name: string) => Policy | undefined>> = {
    pods: (name) => podPolicy(name, lanes),
    proxy: (name) => proxyPolicy(name, lanes, delivery),
    "dry-run": (name) => preview && dryRunPolicy(name, preview),
    "preview-secrets": (name) => preview && previewSecretsPolicy(name, preview),
    build: (name) => build && buildPolicy(name, build),
    ...byName(
      limitsOf(delivery),
      (_, limit) => (name: string) =>
        deploy && limit && limitPolicy(name, deploy, placesOf(delivery), limit),
    ),
    kept: (name) => deploy && delivery.places && keptPolicy(name, deploy, delivery.places),
  };
  const named = Object.entries(makers).map(([suffix, make]) => {
    const name = `${prefix}-${suffix}`;
    return [name, make(name)] as const;
  });
  return Object.fromEntries(named);
}

/** What the deploy lane may write in the services' namespace, of the kinds that the stack has there: nothing if a controller writes them. */
function limitsOf(delivery: Delivery): Readonly<Record<string, Limit | undefined>> {
  if (delivery.handOff !== undefined) {
    return {};
  }
  const own = ownCredentials(delivery);
  // In a pool, names of hosts follow from who takes a place: what bounds the pool holds everybody to its domain.
  const isPool = delivery.places !== undefined;
  const hasIngress = Object.values(delivery.services).some(({ ingress }) => ingress !== undefined);
  const isWritten = (kind: string) => writtenOf(delivery, kind).length > 0;
  const schedules = kindsOf(delivery).includes("CronJob");
  const migrates = Object.values(delivery.services).some(({ migrate }) => migrate !== undefined);
  const hasRoute = Object.values(delivery.services).some(({ route }) => route !== undefined);
  const hasMetrics = servicesOf(delivery).some(({ metrics }) => metrics !== undefined);
  const hasSteps = kindsOf(delivery).includes("Rollout");
  const hasWeights = dividedNames(delivery).length > 0;
  const seals = own.some(([, { store }]) => store === undefined);
  const fetches = own.some(([, { store }]) => store !== undefined);
  return {
    "deploy-annotations": annotations(delivery),
    "deploy-services": services(delivery),
    "deploy-serviceaccounts": serviceAccounts(delivery),
    "deploy-deployments": deployments(delivery),
    "deploy-cronjobs": schedules || isWritten("CronJob") ? cronJobs(delivery) : undefined,
    "deploy-jobs": schedules || migrates || isWritten("Job") ? jobs(delivery) : undefined,
    "deploy-ingresses":
      !isPool && (hasIngress || isWritten("Ingress")) ? ingresses(delivery) : undefined,
    "deploy-httproutes": hasRoute ? httpRoutes(delivery) : undefined,
    "deploy-rollouts": hasSteps ? rollouts(delivery) : undefined,
    "deploy-analyses": hasSteps ? analyses(delivery) : undefined,
    "deploy-traefikservices": hasWeights ? traefikServices(delivery) : undefined,
    "deploy-podmonitors": hasMetrics ? podMonitors(delivery) : undefined,
    "deploy-prometheusrules": hasMetrics ? prometheusRules(delivery) : undefined,
    "deploy-sealedsecrets": seals ? sealedSecrets(delivery) : undefined,
    "deploy-externalsecrets": fetches ? externalSecrets(delivery) : undefined,
  };
}
