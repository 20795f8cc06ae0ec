import type { Right } from "../../rights.ts";
import type { Api } from "./api.ts";

const GROUP = "authorization.k8s.io";
const ANY = "*";

/** A rule about objects, as the API server tells it. */
export interface OwnRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Status {
  readonly resourceRules?: readonly OwnRule[] | null;
  readonly incomplete?: boolean;
  readonly evaluationError?: string;
}

/**
 * All that an identity may do with objects in one namespace, what it may everywhere among it.
 * @returns undefined if the API server does not know all of it: authorizers other than RBAC need not tell their rules,
 * and a binding to a role that does not exist is an error of evaluation
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function ownRules(
  api: Api,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly OwnRule[] | undefined> {
  const kind = "SelfSubjectRulesReview";
  const body = { apiVersion: `${GROUP}/v1`, kind, spec: { namespace } };
  const path = `/apis/${GROUP}/v1/${kind.toLowerCase()}s`;
  const { status } = (await api.post(path, body, signal)) as { readonly status?: Status };
  const isWhole = status?.incomplete === false && (status.evaluationError ?? "") === "";
  return isWhole && Array.isArray(status.resourceRules) ? status.resourceRules : undefined;
}

/** Whether a rule gives this right, as RBAC reads it. */
export function gives(rule: OwnRule, right: Right): boolean {
  const { apiGroups = [], resources = [], resourceNames = [] } = rule;
  const { resource, subresource, name } = right;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return (
    holds(rule.verbs, right.verb) &&
    holds(apiGroups, right.group) &&
    (holds(resources, whole) ||
      (subresource !== undefined && resources.includes(`${ANY}/${subresource}`))) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  );
}

/**
 * Whether a rule is about the objects of this right at all: it gives the right, or one to some of them, to a part of
 * them, or to what they are a part of.
 */
export function touches(rule: OwnRule, right: Right): boolean {
  const { apiGroups = [], resources = [] } = rule;
  return (
    holds(rule.verbs, right.verb) &&
    holds(apiGroups, right.group) &&
    resources.some((path) => {
      const [resource = "", ...rest] = path.split("/");
      const subresource = rest.length > 0 ? rest.join("/") : undefined;
      return resource === ANY
        ? subresource === undefined || subresource === ANY || subresource === right.subresource
        : resource === right.resource;
    })
  );
}

function holds(values: readonly string[], value: string): boolean {
  return values.includes(ANY) || values.includes(value);
}
