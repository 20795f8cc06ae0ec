import { resourceOf, SECRET_MAKERS } from "../../rights.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";

/** An object from which a controller makes Secrets, as far as it says which. */
interface Maker {
  readonly metadata?: {
    readonly name?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly secretName?: string;
    readonly target?: { readonly name?: string };
    readonly destination?: { readonly name?: string };
    readonly tls?: readonly { readonly secretName?: string }[];
    readonly secretObjects?: readonly { readonly secretName?: string }[];
  };
}

type Kind = keyof typeof SECRET_MAKERS;

/** The names of the Secrets that an object of a kind makes, in its own namespace. */
const NAMES: Readonly<Record<Kind, (maker: Maker) => readonly (string | undefined)[]>> = {
  Certificate: ({ spec }) => [spec?.secretName],
  ExternalSecret: ({ metadata, spec }) => [spec?.target?.name ?? metadata?.name],
  SealedSecret: ({ metadata }) => [metadata?.name],
  VaultStaticSecret: ({ spec }) => [spec?.destination?.name],
  SecretProviderClass: ({ spec }) =>
    (spec?.secretObjects ?? []).map(({ secretName }) => secretName),
  Ingress: ingressCertificates,
};

/** Kinds whose objects make Secrets only if a second group is served. */
const SERVED_WITH: Partial<Record<Kind, string>> = { Ingress: SECRET_MAKERS.Certificate.group };

/** By these annotations cert-manager makes the certificates of an Ingress. */
const ISSUERS = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"] as const;

function ingressCertificates({ metadata, spec }: Maker): readonly (string | undefined)[] {
  const isIssued = ISSUERS.some((issuer) => metadata?.annotations?.[issuer] !== undefined);
  return isIssued ? (spec?.tls ?? []).map(({ secretName }) => secretName) : [];
}

/** Who is about to make a Secret, as far as this identity may see. */
export interface OwnerAtWork {
  /**
   * E.g. `ExternalSecret payment`.
   * @default - nobody is known to
   */
  readonly owner?: string;
  /** Kinds that the cluster serves and this identity may not list, as RBAC rules name them. */
  readonly unread: readonly string[];
}

/** Looks for who is about to make a Secret. An error other than a refusal reads as nobody. */
export async function ownerAtWork(
  api: Pick<Api, "get">,
  namespace: string,
  secret: string,
  signal: AbortSignal,
): Promise<OwnerAtWork> {
  const served = await servedGroups(api, signal);
  const kinds = (Object.keys(SECRET_MAKERS) as Kind[]).filter((kind) =>
    served.has(SERVED_WITH[kind] ?? SECRET_MAKERS[kind].group),
  );
  const looks = kinds.map(async (kind) => {
    const { group, resource } = SECRET_MAKERS[kind];
    const path = `/apis/${served.get(group) ?? ""}/namespaces/${namespace}/${resource}`;
    try {
      const { items = [] } = (await api.get(path, {}, signal)) as { items?: readonly Maker[] };
      const maker = items.find((candidate) => NAMES[kind](candidate).includes(secret));
      return maker === undefined ? {} : { owner: `${kind} ${maker.metadata?.name ?? ""}` };
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status === 403;
      return isRefused ? { unread: resourceOf({ group, resource }) } : {};
    }
  });
  const found = await Promise.all(looks);
  const owner = found.find(({ owner }) => owner !== undefined)?.owner;
  return {
    ...(owner !== undefined && { owner }),
    unread: found.flatMap(({ unread }) => unread ?? []),
  };
}

/**
 * The version in which each API group is served; an identity is refused a kind that is not served like one that is.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery
 */
async function servedGroups(
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { groups = [] } = (await api.get("/apis", {}, signal).catch(() => ({}))) as {
    readonly groups?: readonly {
      readonly name: string;
      readonly preferredVersion?: { readonly groupVersion?: string };
    }[];
  };
  return new Map(
    groups.map(({ name, preferredVersion }) => [name, preferredVersion?.groupVersion ?? ""]),
  );
}
