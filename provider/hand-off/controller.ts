import type { HandOffInputs } from "../../contract/hand-off.ts";
import { review } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, isPassing } from "../cluster/api-error.ts";
import { find } from "../cluster/find.ts";
import type { Application, IgnoredDifference } from "./application.ts";
import { revisionsOf } from "./application-sight.ts";
import { assessApplication } from "./argocd.ts";
import type { Asked, Assessment } from "./assessment.ts";
import { assessKustomization } from "./flux.ts";
import type { FluxSource, Kustomization, SourceRef } from "./kustomization.ts";
import { revisionsIn, type Shown } from "./kustomization-sight.ts";

/** Who applies what is handed off. */
export interface Controller {
  /** E.g. `application shop-prod`. */
  readonly title: string;
  /** What examines it. */
  command(context: string): string;
  /**
   * Looks at it.
   *
   * @throws Error naming the right, if this identity may not
   */
  look(signal: AbortSignal): Promise<Look>;
}

/** What was seen of a controller at one moment. */
export interface Look {
  /** The revisions that it names. */
  readonly revisions: readonly string[];
  assess(asked: Asked): Assessment;
  /** Where it applies objects to, in words; undefined if it says nothing of it. */
  readonly destination?: string | undefined;
  readonly ignored: readonly IgnoredDifference[];
  /** Asks it to look at its source now. If this identity may not, it does so when its time has come. */
  refresh(signal: AbortSignal): Promise<Refreshed>;
}

/** What became of the request to look at once. */
export type Refreshed = "asked" | "refused" | "nobody is there";

/** Without this right there is nothing to wait for. */
class RightError extends Error {
  override readonly name = "RightError";
}

const ARGOCD = "argoproj.io";
const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";
const SOURCE = "source.toolkit.fluxcd.io";
const REQUESTED = "reconcile.fluxcd.io/requestedAt";

/** The kinds of sources that files of a repository or artifact come from. */
const SOURCES: Readonly<Record<string, string>> = {
  GitRepository: "gitrepositories",
  OCIRepository: "ocirepositories",
};

/** Whether the same look may well succeed in a moment. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof RightError) && isPassing(error);
}

/** Who applies it, by the settings. */
export function controllerOf({ by, to }: Pick<HandOffInputs, "by" | "to">, api: Api): Controller {
  return "argocd" in by ? argocd(by.argocd, to, api) : flux(by.flux, api);
}

interface Named {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

function argocd(
  { namespace, application }: { readonly namespace: string; readonly application: string },
  to: HandOffInputs["to"],
  api: Api,
): Controller {
  const named: Named = {
    ...{ group: ARGOCD, version: "v1alpha1", resource: "applications" },
    ...{ namespace, name: application },
  };
  return {
    title: `application ${application}`,
    command: (context) =>
      `kubectl --context ${context} --namespace ${namespace} describe applications.${ARGOCD} ${application}`,
    look: async (signal) => {
      const app = await seen<Application>(named, api, signal);
      const { server, name, namespace: place } = app?.spec?.destination ?? {};
      const destination =
        app && `cluster ${name ?? server ?? "unknown"}, namespace ${place ?? "unknown"}`;
      return {
        revisions: revisionsOf(app, { to }),
        assess: (asked) => assessApplication(app, asked),
        destination,
        ignored: app?.spec?.ignoreDifferences ?? [],
        refresh: (until) =>
          annotated(named, app, "argocd.argoproj.io/refresh", "normal", api, until),
      };
    },
  };
}

function flux(
  { namespace, kustomization }: { readonly namespace: string; readonly kustomization: string },
  api: Api,
): Controller {
  const named: Named = {
    ...{ group: KUSTOMIZE, version: "v1", resource: "kustomizations" },
    ...{ namespace, name: kustomization },
  };
  return {
    title: `kustomization ${kustomization}`,
    command: (context) =>
      `kubectl --context ${context} --namespace ${namespace} describe kustomizations.${KUSTOMIZE} ${kustomization}`,
    look: async (signal) => {
      const found = await seen<Kustomization>(named, api, signal);
      const of = sourceNamed(found?.spec?.sourceRef, namespace);
      const source = of && (await readable(of, api, signal));
      const shown: Shown = { kustomization: found, source };
      return {
        revisions: revisionsIn(shown),
        assess: (asked) => assessKustomization(shown, asked),
        ignored: [],
        refresh: async (until) =>
          of === undefined
            ? "refused"
            : annotated(of, source ?? undefined, REQUESTED, new Date().toISOString(), api, until),
      };
    },
  };
}

function sourceNamed(ref: SourceRef | undefined, namespace: string): Named | undefined {
  const { kind = "", name, namespace: own = namespace } = ref ?? {};
  const resource = SOURCES[kind];
  return resource === undefined || name === undefined
    ? undefined
    : { group: SOURCE, version: "v1", resource, namespace: own, name };
}

/** Undefined if it may not be read: then what the Kustomization says of it has to do. */
async function readable(
  named: Named,
  api: Api,
  signal: AbortSignal,
): Promise<FluxSource | null | undefined> {
  try {
    return (await find<FluxSource>(api, pathOf(named), signal)) ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) {
      return undefined;
    }
    throw error;
  }
}

async function seen<T>(named: Named, api: Api, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await find<T>(api, pathOf(named), signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) {
      const { resource, group, name, namespace } = named;
      throw new RightError(
        `this identity may not get ${resource}.${group} ${name} in namespace ${namespace}, and only it says whether what is handed off was applied; grant it get on that one object`,
      );
    }
    throw error;
  }
}

/** Annotates an object where this identity may: many may only read it. */
async function annotated(
  named: Named,
  object: { readonly metadata?: { readonly annotations?: object } } | undefined,
  key: string,
  value: string,
  api: Api,
  signal: AbortSignal,
): Promise<Refreshed> {
  const { group, resource, namespace, name } = named;
  if (object === undefined) {
    return "nobody is there";
  }
  try {
    const right = { verb: "patch", group, resource, namespace, name } as const;
    if (!(await review(api, right, signal)).allowed) {
      return "refused";
    }
    const path = "/metadata/annotations";
    const hasAny = object.metadata?.annotations !== undefined;
    const pointer = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const change = hasAny ? { path: pointer, value } : { path, value: { [key]: value } };
    await api.patch(pathOf(named), [{ op: "add", ...change }], {}, signal);
    return "asked";
  } catch (error) {
    if (error instanceof ApiError) {
      return "refused";
    }
    throw error;
  }
}

function pathOf({ group, version, resource, namespace, name }: Named): string {
  return `/apis/${group}/${version}/namespaces/${namespace}/${resource}/${name}`;
}
