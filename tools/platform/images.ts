import { argoCd } from "../go/argocd.ts";
import { argoRollouts } from "../go/argo-rollouts.ts";
import { coreDns } from "../go/coredns.ts";
import { externalSecrets } from "../go/external-secrets.ts";
import { flux } from "../go/flux.ts";
import { kwok } from "../go/kwok.ts";
import { prometheusOperator } from "../go/prometheus-operator.ts";
import { sealedSecrets } from "../go/sealed-secrets.ts";
import { traefik } from "../go/traefik.ts";
import { REGISTRY } from "./addresses.ts";

/** What holds a pod's namespaces. A change of its recipe takes a new tag. */
export const PAUSE_IMAGE = `${REGISTRY}/pause:1`;

/** Repository of the Node base image that services build from. */
export const NODE_REPOSITORY = `${REGISTRY}/base/node`;

/** The Sealed Secrets controller. */
export const SEALED_SECRETS_IMAGE = `${REGISTRY}/sealed-secrets-controller:${sealedSecrets.version}`;

/** The External Secrets controller. */
export const EXTERNAL_SECRETS_IMAGE = `${REGISTRY}/external-secrets:${externalSecrets.version}`;

/** The cluster's DNS. */
export const COREDNS_IMAGE = `${REGISTRY}/coredns:${coreDns.version}`;

/** The ingress controller. */
export const TRAEFIK_IMAGE = `${REGISTRY}/traefik:${traefik.version}`;
/** What plays the kubelets of nodes without machines. */
export const KWOK_IMAGE = `${REGISTRY}/kwok:${kwok.version}-1`;

/** The controller of Argo Rollouts. */
export const ARGO_ROLLOUTS_IMAGE = `${REGISTRY}/argo-rollouts:${argoRollouts.version}`;
/** What runs Prometheus. */
export const PROMETHEUS_OPERATOR_IMAGE = `${REGISTRY}/prometheus-operator:${prometheusOperator.version}`;
/** What has Prometheus read a changed configuration. */
export const CONFIG_RELOADER_IMAGE = `${REGISTRY}/prometheus-config-reloader:${prometheusOperator.version}`;
/** Prometheus, with Kubernetes alone to find what it scrapes. */
export const PROMETHEUS_IMAGE = `${REGISTRY}/prometheus:v3.5.0`;
/** Argo CD with what it calls. */
export const ARGO_CD_IMAGE = `${REGISTRY}/argocd:${argoCd.version}`;
/** Flux's source controller. */
export const FLUX_SOURCE_IMAGE = `${REGISTRY}/flux-source-controller:${flux.version}`;
/** Flux's kustomize controller. */
export const FLUX_KUSTOMIZE_IMAGE = `${REGISTRY}/flux-kustomize-controller:${flux.version}`;
