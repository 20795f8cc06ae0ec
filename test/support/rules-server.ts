import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

import type { Right } from "../../rights.ts";
import { LocalServer } from "./local-server.ts";

/** A rule, and where it holds. */
export interface Grant {
  /** @default - everywhere */
  readonly namespace?: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Body {
  readonly spec?: {
    readonly namespace?: string;
    readonly user?: string;
    readonly resourceAttributes?: Right;
  };
}

const TOKEN = /^\/api\/v1\/namespaces\/([^/]+)\/serviceaccounts\/([^/]+)\/token$/;

/** What every account may: the API server's own ClusterRole `system:basic-user`. */
const BASIC: readonly Grant[] = [
  {
    verbs: ["create"],
    apiGroups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
  },
  { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
];

/** What the documentation of RBAC says of rules, for tests to compare with. */
export function isGranted(grants: readonly Grant[], right: Right): boolean {
  const { verb, group, resource, subresource, name = "", namespace } = right;
  const paths =
    subresource === undefined
      ? ["*", resource]
      : ["*", `${resource}/${subresource}`, `*/${subresource}`];
  const isIn = (values: readonly string[], some: readonly string[]) =>
    some.some((each) => values.includes(each));
  return grants.some(
    (grant) =>
      (grant.namespace === undefined || grant.namespace === namespace) &&
      isIn(grant.verbs, ["*", verb]) &&
      isIn(grant.apiGroups, ["*", group]) &&
      isIn(grant.resources, paths) &&
      ((grant.resourceNames ?? []).length === 0 || isIn(grant.resourceNames ?? [], [name])),
  );
}

/** An API server in this process whose one authorizer is RBAC, over real HTTP: it gives tokens, tells rules and reviews rights. */
export class RulesServer {
  /** By user. */
  readonly grants = new Map<string, readonly Grant[]>();
  /** Requests by the last part of their paths, e.g. `subjectaccessreviews`. */
  readonly requests: string[] = [];
  /** The rights that single reviews were for. */
  readonly reviewed: Right[] = [];
  /** Statuses that requests by the last part of their paths are answered with. */
  readonly faults = new Map<string, number>();
  /** What a review of rules says beside them, e.g. that they are incomplete. */
  status: Readonly<Record<string, unknown>> = { incomplete: false };
  /** Whose a token is. */
  owner = (token: string): string => token;
  /** What another authorizer allows. */
  allowsToo: (user: string, right: Right) => boolean = () => false;
  readonly #server = new LocalServer((request, response) => this.#answer(request, response));

  start(): Promise<string> {
    return this.#server.start();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  count(request: string): number {
    return this.requests.filter((each) => each === request).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", headers } = request;
    const { spec = {} } = (await json(request)) as Body;
    const kind = url.slice(url.lastIndexOf("/") + 1);
    this.requests.push(kind);
    const fault = this.faults.get(kind);
    const [, namespace, account] = TOKEN.exec(url) ?? [];
    const token = (headers.authorization ?? "").replace("Bearer ", "");
    const status =
      kind === "token"
        ? { token: `system:serviceaccount:${namespace ?? ""}:${account ?? ""}` }
        : this.#review(kind, this.owner(token), spec);
    const body = fault === undefined ? { status } : { message: "forbidden" };
    response.writeHead(fault ?? 201).end(JSON.stringify(body));
  }

  #review(kind: string, username: string, spec: NonNullable<Body["spec"]>): object {
    const { namespace, user, resourceAttributes: right } = spec;
    if (kind === "selfsubjectrulesreviews") {
      const own = this.#grantsOf(username).filter(
        (grant) => grant.namespace === undefined || grant.namespace === namespace,
      );
      const resourceRules = own.map((grant) => ({ ...grant, namespace: undefined }));
      return { resourceRules, nonResourceRules: [], ...this.status };
    }
    if (kind !== "subjectaccessreviews" || user === undefined || right === undefined) {
      // Of whoever asks for others: an administrator.
      return { allowed: true, userInfo: { username } };
    }
    this.reviewed.push(right);
    const isOwn = isGranted(this.#grantsOf(user), right);
    return { allowed: isOwn || this.allowsToo(user, right), reason: isOwn ? "RBAC" : "another" };
  }

  #grantsOf(user: string): readonly Grant[] {
    return [...BASIC, ...(this.grants.get(user) ?? [])];
  }
}
