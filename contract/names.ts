/** A name that Kubernetes accepts for everything, a Service, a namespace and the value of a label included. */
export const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The name of most objects. */
export const OBJECT_NAME =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The plural of a kind, in paths and RBAC rules, formed as Kubernetes forms it.
 *
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/api/meta#UnsafeGuessKindToResource
 */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  return singular.endsWith("s") ? `${singular}es` : `${singular}s`.replace(/ys$/, "ies");
}
