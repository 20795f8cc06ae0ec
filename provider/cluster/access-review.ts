import type { Right } from "../../rights.ts";
import type { Api } from "./api.ts";

const GROUP = "authorization.k8s.io";

/** Whose rights are reviewed. */
export interface User {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What the API server says of a right. */
export interface Review {
  readonly allowed: boolean;
  /** Why, e.g. by which role and binding. */
  readonly reason?: string;
}

/**
 * Asks the API server whether an identity has a right.
 * @param user whose right; by default that of the identity that asks, which everybody may
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function review(
  api: Api,
  { verb, group, resource, subresource, name, namespace }: Right,
  signal: AbortSignal,
  user?: User,
): Promise<Review> {
  const kind = user === undefined ? "SelfSubjectAccessReview" : "SubjectAccessReview";
  const resourceAttributes = { verb, group, resource, subresource, name, namespace };
  const body = { apiVersion: `${GROUP}/v1`, kind, spec: { ...user, resourceAttributes } };
  const path = `/apis/${GROUP}/v1/${kind.toLowerCase()}s`;
  const { status } = (await api.post(path, body, signal)) as { readonly status?: Review };
  if (status === undefined) {
    throw new Error(`the API server has answered a ${kind} without a status`);
  }
  return status;
}

/**
 * The name by which the API server knows this identity.
 * @returns undefined if it does not say
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review
 */
export async function ownName(api: Api, signal: AbortSignal): Promise<string | undefined> {
  const kind = "SelfSubjectReview";
  const body = { apiVersion: "authentication.k8s.io/v1", kind };
  const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  try {
    const { status } = (await api.post(path, body, signal)) as {
      readonly status?: { readonly userInfo?: { readonly username?: string } };
    };
    return status?.userInfo?.username;
  } catch {
    return undefined;
  }
}
