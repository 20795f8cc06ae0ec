import type { Api } from "../cluster/api.ts";

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

/** A kind of such objects. */
interface Kind {
  readonly title: string;
  /** Where they are served; the first that answers counts. */
  readonly groupVersions: readonly string[];
  readonly plural: string;
  /** The names of the Secrets that an object of it makes. */
  readonly names: (maker: Maker) => readonly (string | undefined)[];
}

/** Controllers that make Secrets from objects in the same namespace. */
const KINDS: readonly Kind[] = [
  {
    title: "Certificate",
    groupVersions: ["cert-manager.io/v1"],
    plural: "certificates",
    names: ({ spec }) => [spec?.secretName],
  },
  {
    title: "ExternalSecret",
    groupVersions: ["external-secrets.io/v1", "external-secrets.io/v1beta1"],
    plural: "externalsecrets",
    names: ({ metadata, spec }) => [spec?.target?.name ?? metadata?.name],
  },
  {
    title: "SealedSecret",
    groupVersions: ["bitnami.com/v1alpha1"],
    plural: "sealedsecrets",
    names: ({ metadata }) => [metadata?.name],
  },
  {
    title: "VaultStaticSecret",
    groupVersions: ["secrets.hashicorp.com/v1beta1"],
    plural: "vaultstaticsecrets",
    names: ({ spec }) => [spec?.destination?.name],
  },
  {
    title: "SecretProviderClass",
    groupVersions: ["secrets-store.csi.x-k8s.io/v1"],
    plural: "secretproviderclasses",
    names: ({ spec }) => (spec?.secretObjects ?? []).map(({ secretName }) => secretName),
  },
  {
    title: "Ingress",
    groupVersions: ["networking.k8s.io/v1"],
    plural: "ingresses",
    names: ingressCertificates,
  },
];

/** By these annotations cert-manager makes the certificates of an Ingress. */
const ISSUERS = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"] as const;

function ingressCertificates({ metadata, spec }: Maker): readonly (string | undefined)[] {
  const isIssued = ISSUERS.some((issuer) => metadata?.annotations?.[issuer] !== undefined);
  return isIssued ? (spec?.tls ?? []).map(({ secretName }) => secretName) : [];
}

/**
 * Who is about to make a Secret, e.g. `ExternalSecret payment`, as far as this identity may read it.
 * @returns undefined where nobody is known to
 */
export async function ownerAtWork(
  api: Pick<Api, "get">,
  namespace: string,
  secret: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const looks = KINDS.map(async ({ title, names, ...where }) => {
    const makers = await listOf(api, namespace, where, signal);
    const maker = makers.find((candidate) => names(candidate).includes(secret));
    return maker === undefined ? [] : [`${title} ${maker.metadata?.name ?? ""}`];
  });
  return (await Promise.all(looks)).flat()[0];
}

/** None where the kind is not served, or may not be read. */
async function listOf(
  api: Pick<Api, "get">,
  namespace: string,
  { groupVersions, plural }: Pick<Kind, "groupVersions" | "plural">,
  signal: AbortSignal,
): Promise<readonly Maker[]> {
  for (const groupVersion of groupVersions) {
    try {
      const path = `/apis/${groupVersion}/namespaces/${namespace}/${plural}`;
      const { items = [] } = (await api.get(path, {}, signal)) as { items?: readonly Maker[] };
      return items;
    } catch {
      // The next version, or nobody.
    }
  }
  return [];
}
