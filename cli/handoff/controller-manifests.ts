import type { HandOffDefinition } from "../../components/hand-off/definition.ts";
import type { HandOffTarget } from "../../contract/hand-off.ts";
import { artifactOf } from "../../contract/hand-off-target.ts";

/** The cluster that Argo CD runs in. */
const THIS_CLUSTER = "https://kubernetes.default.svc";

/**
 * What a controller needs to apply what a stack hands off: it does so by itself, undoes what a hand has changed, and deletes what the
 * stack has not any more.
 *
 * @param namespace of the services
 */
export function controllerManifests({ to, by }: HandOffDefinition, namespace: string): object[] {
  if ("argocd" in by) {
    const { namespace: home, application: name } = by.argocd;
    return [
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name, namespace: home },
        spec: {
          project: "default",
          source: argoSource(to),
          destination: { server: THIS_CLUSTER, namespace },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
      },
    ];
  }
  const { namespace: home, kustomization: name } = by.flux;
  const metadata = { name, namespace: home };
  const source = fluxSource(to);
  return [
    { apiVersion: "source.toolkit.fluxcd.io/v1", kind: source.kind, metadata, spec: source.spec },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata,
      spec: {
        interval: "10m",
        path: "git" in to ? `./${to.path}` : "./",
        prune: true,
        sourceRef: { kind: source.kind, name },
      },
    },
  ];
}

function argoSource(to: HandOffTarget) {
  if ("git" in to) {
    return { repoURL: to.git, targetRevision: to.branch, path: to.path };
  }
  const { repository, tag } = artifactOf(to.oci);
  return { repoURL: `oci://${repository}`, targetRevision: tag, path: "." };
}

function fluxSource(to: HandOffTarget) {
  if ("git" in to) {
    const spec = { interval: "1m", url: asUrl(to.git), ref: { branch: to.branch } };
    return { kind: "GitRepository", spec };
  }
  const { repository, tag } = artifactOf(to.oci);
  const spec = { interval: "1m", url: `oci://${repository}`, ref: { tag } };
  return { kind: "OCIRepository", spec };
}

/** Flux knows no addresses in the form of scp. */
function asUrl(git: string): string {
  return git.includes("://") ? git : `ssh://${git.replace(":", "/")}`;
}
