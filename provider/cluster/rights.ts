import type { Api } from "./api";
import type { Collection } from "./collection";

/** What following a collection takes. */
const VERBS = ["list", "watch"] as const;

/**
 * The rights that this identity lacks for following collections of a namespace, as `list and watch pods`.
 * Whoever may ask the API server anything may ask it this.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function missingRights(
  api: Api,
  namespace: string,
  collections: readonly Collection[],
  signal: AbortSignal,
): Promise<string[]> {
  const missing = await Promise.all(
    collections.map(async ({ group, resource }) => {
      const allowed = await Promise.all(
        VERBS.map((verb) => isAllowed(api, { namespace, verb, group, resource }, signal)),
      );
      const verbs = VERBS.filter((_verb, index) => allowed[index] === false);
      return verbs.length === 0
        ? []
        : [`${verbs.join(" and ")} ${group === "" ? resource : `${resource}.${group}`}`];
    }),
  );
  return missing.flat();
}

async function isAllowed(
  api: Api,
  resourceAttributes: object,
  signal: AbortSignal,
): Promise<boolean> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const { status } = (await api.post(path, review, signal)) as {
    readonly status?: { readonly allowed?: boolean };
  };
  return status?.allowed === true;
}
