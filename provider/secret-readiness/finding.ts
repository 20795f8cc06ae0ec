import type { SecretReadinessInputs } from "../../contract/secret-readiness.ts";
import { valueDigest } from "../sealing.ts";

/** How far the Secret of a SealedSecret or an ExternalSecret is. */
export type SecretFinding =
  | {
      readonly kind: "ready";
      /**
       * Of all its values.
       * @default - not looked at
       */
      readonly digest?: string;
    }
  | { readonly kind: "waiting"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** What is looked at of a SealedSecret. */
export interface SealedSecret {
  readonly metadata: { readonly generation?: number; readonly uid?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}

/** What a controller says in an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** What is looked at of a Secret. */
export interface Secret {
  readonly metadata?: {
    readonly ownerReferences?: readonly { readonly kind: string; readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * What the controller says of a SealedSecret. It counts only for the generation that it has seen:
 * a condition of an earlier one says nothing.
 */
export function judgeSealedSecret({ metadata, status }: SealedSecret): SecretFinding {
  const synced = status?.conditions?.find(({ type }) => type === "Synced");
  if (synced === undefined || (status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return { kind: "waiting", message: "the controller has not seen it yet" };
  }
  if (synced.status === "True") {
    return { kind: "ready" };
  }
  const message = synced.message ?? "the controller gives no reason";
  return { kind: synced.status === "False" ? "failed" : "waiting", message };
}

/** Whether the controller writes what it finds into the SealedSecret: only with `--update-status`. */
export function saysAnything({ status }: SealedSecret): boolean {
  return status?.conditions?.some(({ type }) => type === "Synced") === true;
}

/** Whether the Secret was unsealed from an earlier SealedSecret of the name, with which it goes. */
export function isOfAnother({ metadata }: Secret, sealedSecret: SealedSecret): boolean {
  const owners = metadata?.ownerReferences?.filter(({ kind }) => kind === "SealedSecret") ?? [];
  return owners.length > 0 && owners.every(({ uid }) => uid !== sealedSecret.metadata.uid);
}

/** Whether the Secret holds the values that were sealed. */
export function judgeSecret(
  secret: Secret | undefined,
  { digests, digestKey }: Pick<SecretReadinessInputs, "digests" | "digestKey">,
): SecretFinding {
  if (secret === undefined) {
    return { kind: "waiting", message: "its Secret does not exist" };
  }
  const other = Object.entries(digests)
    .filter(([key, digest]) => digest !== digestIn(secret, key, digestKey))
    .map(([key]) => key);
  return other.length === 0
    ? { kind: "ready" }
    : { kind: "waiting", message: `its Secret has not the sealed value of ${other.join(", ")}` };
}

function digestIn({ data }: Secret, key: string, digestKey: string): string | undefined {
  const value = data?.[key];
  return value === undefined
    ? undefined
    : valueDigest(Buffer.from(value, "base64"), key, digestKey);
}
