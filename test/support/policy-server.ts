import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

import type { ProvedPolicy, RefusedAct } from "../../contract/access-proof.ts";
import { LocalServer } from "./local-server.ts";

/** A request that a policy is to refuse. */
export interface Attempt {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly user: string;
}

interface Answer {
  readonly status: number;
  readonly message: string;
}

type Spec = Readonly<Record<string, unknown>>;

const ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
const TOKEN = /^\/api\/v1\/namespaces\/([^/]+)\/serviceaccounts\/([^/]+)\/token$/;

/** What the API server adds to each spec. */
const DEFAULTS = { matchPolicy: "Equivalent" };

/** The words of the API server for a refusal by a policy. */
export function refusalBy(name: string, message: string): string {
  return `pods "slipway-access-proof" is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: ${message}`;
}

/** An API server in this process with policies in it, over real HTTP: it gives tokens, knows whose they are, and answers as a test says. */
export class PolicyServer {
  /** By the last two parts of their paths. */
  readonly objects = new Map<string, Spec>();
  readonly attempts: Attempt[] = [];
  /** Bodies of requests for tokens. */
  readonly requests: unknown[] = [];
  /** What whoever asks lacks, as `create serviceaccounts/token`. */
  readonly lacks = new Set<string>();
  /** What becomes of an attempt; by default it is refused by the policy that is for it. */
  answer: (attempt: Attempt) => Answer | undefined;
  /** Whose a token is. */
  owner = (token: string): string => token;
  readonly #server = new LocalServer((request, response) => this.#answer(request, response));

  constructor(policies: readonly ProvedPolicy[]) {
    for (const { name, policy, binding } of policies) {
      this.objects.set(`validatingadmissionpolicies/${name}`, { ...policy, ...DEFAULTS });
      this.objects.set(`validatingadmissionpolicybindings/${name}`, { ...binding, ...DEFAULTS });
    }
    this.answer = (attempt) => ({ status: 422, message: refusalOf(policies, attempt) });
  }

  start(): Promise<string> {
    return this.#server.start();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body: unknown = method === "GET" ? undefined : await json(request);
    const user = this.owner((headers.authorization ?? "").replace("Bearer ", ""));
    const send = (status: number, content: unknown) => {
      response.writeHead(status).end(JSON.stringify(content));
    };
    const [, namespace, account] = TOKEN.exec(url) ?? [];
    if (namespace !== undefined && account !== undefined) {
      this.requests.push(body);
      send(201, { status: { token: `system:serviceaccount:${namespace}:${account}` } });
    } else if (url.endsWith("reviews")) {
      send(201, { status: { allowed: this.#allows(url, body), userInfo: { username: user } } });
    } else if (url.startsWith(ADMISSION)) {
      const spec = this.objects.get(url.slice(ADMISSION.length).replace("?dryRun=All", ""));
      const [change] = (body ?? []) as readonly { readonly value?: Spec }[];
      const whole = { spec: change?.value === undefined ? spec : { ...change.value, ...DEFAULTS } };
      send(spec === undefined ? 404 : 200, whole);
    } else {
      const attempt = { method, path: url, body, user };
      this.attempts.push(attempt);
      const { status, message } = this.answer(attempt) ?? { status: 200, message: "" };
      send(status, { message });
    }
  }

  #allows(url: string, review: unknown): boolean {
    const { spec } = review as {
      readonly spec?: { readonly resourceAttributes?: Readonly<Record<string, string>> };
    };
    const { verb = "", resource = "", subresource } = spec?.resourceAttributes ?? {};
    const act = [`${verb} ${resource}`, ...(subresource === undefined ? [] : [subresource])];
    return url.includes("/selfsubject") && !this.lacks.has(act.join("/"));
  }
}

function refusalOf(policies: readonly ProvedPolicy[], { method, path, body }: Attempt): string {
  const is: Readonly<Record<RefusedAct["verb"], (act: RefusedAct) => boolean>> = {
    create: (act) => "object" in act && JSON.stringify(act.object) === JSON.stringify(body),
    patch: () => method === "PATCH",
    connect: () => path.includes("/proxy/"),
  };
  const own = policies.find(({ refuses }) => refuses.some((act) => is[act.verb](act)));
  const [rule] = (own?.policy["validations"] ?? []) as readonly { readonly message: string }[];
  return refusalBy(own?.name ?? "", rule?.message ?? "");
}
