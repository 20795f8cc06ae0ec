/** A Kubernetes object, as far as the bench looks into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: { image: string }[] } };
  };
}

interface Export {
  readonly deployment: {
    readonly resources?: readonly { readonly type: string; readonly inputs?: object }[];
  };
}

/** The Kubernetes objects that a stack asks for, from `pulumi stack export`, namespaces first. */
export function manifestsOf(state: string): readonly Manifest[] {
  const { resources = [] } = (JSON.parse(state) as Export).deployment;
  const manifests = resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as Manifest);
  const first = manifests.filter(({ kind }) => kind === "Namespace");
  return [...first, ...manifests.filter(({ kind }) => kind !== "Namespace")];
}
