import {
  type Right,
  rightsOfClaims,
  rightsOfExternalSecret,
  rightsOfHandOff,
  rightsOfMonitoring,
  rightsOfMigration,
  rightsOfSealing,
  rightsOfSecretMakers,
  rightsOfVerdict,
  type Verb,
} from "../../rights.ts";
import { prometheusService } from "../../contract/prometheus-address.ts";
import { secretsOf } from "../credentials/credential-use.ts";
import { externalSecretManifest } from "../credentials/external-secret.ts";
import type { Lane } from "./definition.ts";
import {
  applierOf,
  type DeliveredCredential,
  type Delivery,
  hasPerPodClaims,
  isAt,
  ownCredentials,
  serviceObjects,
  servicesOf,
} from "./delivery.ts";
import { type Acts, rightsTo } from "./acts.ts";
import { type ObjectKind, rightsToKind } from "./object-reference.ts";
import { hasAnyClaims, renderedSecrets, rightsToAwait, writtenObjects } from "./rendered.ts";
import { servedPorts } from "../service/ports.ts";
import { sealedSecretManifest } from "../credentials/sealed-secret.ts";
import { workloadKindOf } from "../service/kinds.ts";

const READ: readonly Verb[] = ["get", "list", "watch"];
const DRY_RUN: readonly Verb[] = ["create", "patch"];
const WRITE: readonly Verb[] = [...DRY_RUN, "delete"];

/**
 * What the agents of the deploy lane need: to write each kind that the stack registers in the services' namespace, to
 * follow what the verdict looks at, and to await the stack's own credentials. Credentials in other namespaces are
 * only looked at: who may write a Secret beside somebody else's account could get a token of that account. If a controller
 * applies what the stack declares, they look at it, and write nothing.
 */
export function deployRights(delivery: Delivery): Right[] {
  const applier = applierOf(delivery);
  const looks = [
    ...toVerdicts(delivery),
    ...rightsToAwait(delivery),
    ...toSecretMakers(delivery),
    ...toClaims(delivery),
    ...toCredentials(delivery),
    ...toPrometheus(delivery),
  ];
  return applier === undefined
    ? [...toKinds(delivery, [...READ, ...WRITE]), ...looks]
    : [...looks.filter(isLook), ...rightsOfHandOff(applier)];
}

/**
 * What the agents of the preview lane need: as those of the deploy lane, but no Secret, no log and no way to the controller that opens
 * what is sealed, for they run what nobody has reviewed yet. Their writes are dry runs, by a policy: see `dryRunPolicy`. What is handed
 * off is not tried.
 */
export function previewRights(delivery: Delivery): Right[] {
  const awaits = [...toVerdicts(delivery), ...rightsToAwait(delivery)];
  const looks = [...awaits, ...toClaims(delivery), ...toCredentials(delivery)].filter(
    (right) =>
      isLook(right) &&
      right.resource !== "secrets" &&
      !["log", "proxy"].includes(right.subresource ?? ""),
  );
  return delivery.handOff === undefined
    ? [...toKinds(delivery, [...READ, ...DRY_RUN]), ...looks]
    : looks;
}

/** What Jenkins' Kubernetes plugin does in a lane's namespace. */
export function launcherRights({ namespace, launcherExec }: Lane): Right[] {
  const acts: Omit<Acts, "group">[] = [
    { resources: ["pods"], verbs: [...READ, "create", "delete"] },
    { resources: ["pods/log"], verbs: ["get"] },
    { resources: ["events"], verbs: ["list"] },
    { resources: launcherExec ? ["pods/exec"] : [], verbs: ["get", "create"] },
  ];
  return acts.flatMap((each) =>
    rightsTo({ group: "", ...each }).map((right) => ({ ...right, namespace })),
  );
}

function isLook({ verb }: Right): boolean {
  return READ.includes(verb);
}

function toKinds(delivery: Delivery, verbs: readonly Verb[]): Right[] {
  const { namespace } = delivery;
  const described = kindsOf(delivery).flatMap((kind) => rightsToKind(kind, verbs));
  const rendered = writtenObjects(delivery).flatMap(({ object }) =>
    rightsToKind(object, object.kind === "PersistentVolumeClaim" ? without(verbs) : verbs),
  );
  return [...described, ...rendered].map((right) => ({ ...right, namespace }));
}

/** A claim is kept when it leaves the manifests: nobody needs to delete one, and all data of the namespace would be at stake. */
function without(verbs: readonly Verb[]): Verb[] {
  return verbs.filter((verb) => verb !== "delete");
}

/** The kinds that Slipway describes itself in the services' namespace. */
function kindsOf(delivery: Delivery): ObjectKind[] {
  return [
    ...serviceObjects(delivery),
    ...ownCredentials(delivery).map(([, credential]) => kindOf(credential)),
  ];
}

function kindOf({ store }: DeliveredCredential): ObjectKind {
  const form = { name: "", namespace: "", format: "opaque", scope: "strict", jenkins: {} } as const;
  return store === undefined
    ? sealedSecretManifest(form)
    : externalSecretManifest(form, { store, values: {} });
}

function toVerdicts(delivery: Delivery): Right[] {
  return servicesOf(delivery).flatMap((service) => {
    const { namespace, ingresses, routes, verdict } = service;
    const { logs, rollback } = verdict;
    const has = {
      service: servedPorts(service).length > 0,
      ingress: ingresses.length > 0,
      route: routes.length > 0,
    };
    return [
      ...rightsOfVerdict({ namespace, ...has, logs, rollback, kind: workloadKindOf(service) }),
      ...(service.migrate ? rightsOfMigration(namespace, logs) : []),
    ];
  });
}

/** To ask Prometheus about releases; a preview does not. */
function toPrometheus(delivery: Delivery): Right[] {
  return servicesOf(delivery).flatMap(({ namespace, monitoring }) =>
    monitoring?.prometheus === undefined
      ? []
      : rightsOfMonitoring({
          namespace,
          prometheusNamespace: monitoring.namespace,
          service: prometheusService(monitoring.prometheus),
        }),
  );
}

/** For Secrets that the stack does not make itself. */
function toSecretMakers(delivery: Delivery): Right[] {
  const own: readonly string[] = Object.keys(delivery.credentials);
  const isNamed = [...servicesOf(delivery).flatMap(secretsOf), ...renderedSecrets(delivery)].some(
    (name) => !own.includes(name),
  );
  return isNamed ? [...rightsOfSecretMakers(delivery.namespace)] : [];
}

/** To see early which claims exist, and whether they can become what the settings say. */
function toClaims(delivery: Delivery): Right[] {
  return hasAnyClaims(delivery) || hasPerPodClaims(delivery)
    ? [...rightsOfClaims(delivery.namespace)]
    : [];
}

function toCredentials({ namespace: home, credentials, sealing }: Delivery): Right[] {
  const { controller, certificate } = sealing;
  return Object.entries(credentials).flatMap(([name, credential]) => {
    const namespace = credential.namespace ?? home;
    const scope = { name, namespace, controller, certificate: certificate !== undefined };
    const rights =
      credential.store === undefined ? rightsOfSealing(scope) : rightsOfExternalSecret(scope);
    return rights.filter(
      ({ verb, resource }) =>
        isAt(credential, home) || READ.includes(verb) || resource === "services",
    );
  });
}
