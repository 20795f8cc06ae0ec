import { z } from "zod";

import { count, flag, name, type Of, pinned, texts, word } from "./field.ts";
import {
  ARTIFACT_FORM,
  FOLDER_FORM,
  GIT_ADDRESS_FORM,
  isArtifact,
  isBranch,
  isFolder,
  isGitAddress,
} from "./hand-off-target.ts";
import { registryLogin } from "./registry-login.ts";

const gitTarget = {
  /** Address of the repository. */
  git: z.string().refine(isGitAddress, `must be ${GIT_ADDRESS_FORM}`),
  branch: z.string().refine(isBranch, "must be a branch's name"),
  /** Folder of the repository that gets the files. */
  path: z.string().refine(isFolder, `must be ${FOLDER_FORM}`),
  /**
   * Whether a branch of its own is pushed, which a person merges.
   * @default false
   */
  pullRequest: flag.exactOptional(),
};

const ociTarget = {
  /** `oci://repository`, with the tag that the controller follows behind a colon; without one that is `latest`. */
  oci: z.string().refine(isArtifact, `must be ${ARTIFACT_FORM}`),
};

/** Where desired state is written: a folder of a branch, or an artifact in a registry. */
export type HandOffTarget = Of<typeof gitTarget> | Of<typeof ociTarget>;

const argocd = { namespace: name, application: name };
const flux = { namespace: name, kustomization: name };

const source = {
  /** Commit of the source. */
  commit: word.exactOptional(),
  /** Address of its repository, without credentials. */
  repository: word.exactOptional(),
  subject: word.exactOptional(),
  /** `Name <mail@example.com>`. */
  author: word.exactOptional(),
  /** ISO 8601. */
  date: word.exactOptional(),
};

const release = {
  service: word,
  image: pinned,
  /** `sha256:<64 hex>` over the release's manifests. */
  manifestHash: word,
};

const workload = {
  /** By which the outputs have it. */
  key: word,
  apiVersion: word,
  kind: word,
  name,
  namespace: name.exactOptional(),
};

const shape = {
  /** Manifests, in any order. */
  objects: z
    .array(
      z.looseObject({
        apiVersion: word,
        kind: word,
        metadata: z.looseObject({ name: word, namespace: word.exactOptional() }),
      }),
    )
    .readonly(),
  to: z.union([z.strictObject(gitTarget).readonly(), z.strictObject(ociTarget).readonly()]),
  by: z.union([
    z.strictObject({ argocd: z.strictObject(argocd).readonly() }).readonly(),
    z.strictObject({ flux: z.strictObject(flux).readonly() }).readonly(),
  ]),
  /** Who writes: the project's and the stack's name, `shop/prod`. What other stacks have written is never replaced. */
  stack: word,
  source: z.strictObject(source).readonly(),
  releases: z.array(z.strictObject(release).readonly()).readonly(),
  /** Objects whose identity is an output once they are applied. */
  workloads: z.array(z.strictObject(workload).readonly()).readonly(),
  /**
   * Login of the registry, kept as a secret.
   * @default - the logins of the machine, as `docker login` made them
   */
  login: registryLogin.exactOptional(),
  /**
   * Seconds for which the controller is waited for.
   * @default 300
   */
  timeoutSeconds: count.exactOptional(),
};

const { to, by, stack, releases, workloads, login, timeoutSeconds } = shape;

/** Form of what {@link HandOffRestored} answers. */
export const handOffRestoration = z
  .strictObject({
    ...{ to, by, stack, releases, workloads, login, timeoutSeconds },
    /** What failed. */
    revision: word,
    /** What was there before it: `previous` of the outputs. */
    previous: z.string(),
    /** Why, in a few words: the reason's code. */
    reason: word,
  })
  .readonly();

/**
 * What is taken back: the files of the services in `releases`, which are what is restored. Of a registry's artifact it is all of it.
 */
export type HandOffRestoration = z.output<typeof handOffRestoration>;

/** Form of what a look at a hand-off is about. */
export const handOffLook = z
  .strictObject({
    ...{ to, by, stack, workloads, login, objects: shape.objects },
    /** What was handed off last. */
    revision: word,
  })
  .readonly();

/** Form of {@link HandOffInputs}. */
export const handOffInputs = z.strictObject(shape).readonly();

/** Inputs of a `HandOff`. */
export type HandOffInputs = Of<typeof shape>;

/** A manifest that is handed off. */
export type HandedObject = HandOffInputs["objects"][number];

/** Reasons of a hand-off that was not applied, or is not as it was applied. */
export const HAND_OFF_REASONS = [
  "not-applied",
  "sync-failed",
  "superseded",
  "out-of-sync",
] as const;

/** Why a release cannot be judged by its pods. */
export interface HandOffFailure {
  readonly reason: (typeof HAND_OFF_REASONS)[number];
  /** Kind and name of what shows it, e.g. `application shop-prod`. */
  readonly object: string;
  readonly message: string;
  /** What else is known, a line each. */
  readonly notes: readonly string[];
  /** The command to run next. */
  readonly command: string;
}

/** A field that differs from the commit. */
export interface DriftedField {
  /** Kind and name, e.g. `deployment shop`. */
  readonly object: string;
  /** E.g. `spec.replicas`; empty if the object as a whole is missing, or is one too many. */
  readonly field: string;
  /** Who wrote it last, as `metadata.managedFields` has it; null if that is not known. */
  readonly writer: string | null;
}

/** What the controller reported at the end. */
export interface ControllerReport {
  /** `Synced` or `OutOfSync` of Argo CD; status and reason of a Kustomization's `Ready`. Null if it did not say. */
  readonly sync: string | null;
  /** `Healthy`, `Degraded` and so on; null if it did not say. */
  readonly health: string | null;
  /** The revision that it reports as applied; null if none is. */
  readonly revision: string | null;
  readonly drift: readonly DriftedField[];
  /** Whether it mends drift by itself; null if it is not known. */
  readonly selfHeal: boolean | null;
}

/** An object in the cluster, as the controller left it. */
export interface HandedIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Absent if the kind has none. */
  readonly generation?: number;
}

/** Outputs of a `HandOff` beside its inputs. */
export interface HandOffResult {
  /** The commit, or the artifact's digest, that has these files. */
  readonly revision: string;
  /** What the branch or the tag was at before: null if nothing was changed, empty if there was nothing. */
  readonly previous: string | null;
  /** Whether something was written. */
  readonly changed: boolean;
  /** Names of the files, with a hash of each. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * What was written to the repository for a person to merge; nothing was waited for.
   * @default - it was pushed to the branch itself
   */
  readonly pullRequest?: { readonly branch: string; readonly title: string; readonly body: string };
  /** By the workload's key; without those that do not exist. */
  readonly deployments: Readonly<Record<string, HandedIdentity>>;
  readonly controller: ControllerReport;
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to its end. */
  readonly seconds: number;
  /** @default - it was applied */
  readonly failure?: HandOffFailure;
}

/** What has become of a hand-off, by one look. */
export interface HandOffSeen {
  readonly controller: ControllerReport;
  readonly deployments: HandOffResult["deployments"];
  /** @default - it is applied, and as it was handed off */
  readonly failure?: HandOffFailure;
}

/** What has become of what was taken back. */
export interface HandOffRestored {
  /** The commit or digest that restores it; null if there was nothing before. */
  readonly revision: string | null;
  /** @default - nothing was restored */
  readonly controller?: ControllerReport;
  /** @default - it was applied, or there was nothing before */
  readonly failure?: HandOffFailure;
}

/** Form of the outputs that the next run reads. */
export const handOffMemory = z.object({
  revision: z.string(),
  files: texts,
  failure: z.unknown().optional(),
  pullRequest: z.unknown().optional(),
});
