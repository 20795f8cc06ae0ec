import type { Condition } from "./condition.ts";

interface Reconciled {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** What a Kustomization takes its files from. */
export interface SourceRef {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/**
 * A Kustomization of Flux, as far as it is read.
 *
 * @see https://github.com/fluxcd/kustomize-controller/blob/main/api/v1/kustomization_types.go
 */
export interface Kustomization extends Reconciled {
  readonly spec?: {
    readonly path?: string;
    readonly suspend?: boolean;
    readonly sourceRef?: SourceRef;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly inventory?: { readonly entries?: readonly { readonly id?: string }[] };
  };
}

/** A GitRepository or an OCIRepository of Flux, as far as it is read. */
export interface FluxSource extends Reconciled {
  readonly kind?: string;
  readonly spec?: {
    readonly url?: string;
    readonly suspend?: boolean;
    readonly ref?: {
      readonly branch?: string;
      readonly tag?: string;
      readonly semver?: string;
      readonly name?: string;
      readonly commit?: string;
      readonly digest?: string;
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly artifact?: { readonly revision?: string };
  };
}

/** The commit or digest of a revision as Flux writes it: `main@sha1:…`, `latest@sha256:…`. A commit has no algorithm here. */
export function revisionIn(revision: string | undefined): string | undefined {
  const [, algorithm, hex] = /(?:^|@)(sha1|sha256):([0-9a-f]{40,64})$/.exec(revision ?? "") ?? [];
  return hex === undefined ? undefined : algorithm === "sha1" ? hex : `sha256:${hex}`;
}

/** Its source, as people write it. */
export function sourceTitleOf({ spec }: Kustomization): string {
  const { kind = "source", name = "" } = spec?.sourceRef ?? {};
  return `${kind.toLowerCase()} ${name}`;
}
