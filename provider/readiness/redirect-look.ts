import type { Api } from "../cluster/api.ts";
import { COLLECTIONS } from "../cluster/collection.ts";
import type { Finding } from "../verdict/finding.ts";
import { type Container, nameOf, type Pod } from "../verdict/objects.ts";
import { failedProbe, type Probe } from "../verdict/probe-answers.ts";

/** What is only evidence must not hold up a verdict. */
const PATIENCE_MILLISECONDS = 3000;

/** The address of the last request of a probe without an answer. */
const ASKED = /: Get "(https?:\/\/[^"\s]{1,512})": /;

/** The kubelet's words for an answer, which say nothing of the redirects before it. */
const ANSWERED = /statuscode: \d/;

/** A step that leaves a path: the address of another object of the API. */
const STEP = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?#]|$)/i;

type HttpGet = NonNullable<Probe["httpGet"]>;

/**
 * Whether a probe that failed was redirected, a line: the kubelet follows redirects on the same host, and reports only how
 * that ends. Where its words do not show it, the API server asks the pod for the same, if this identity may `get` `pods/proxy`.
 */
export async function redirectNotes(
  api: Pick<Api, "redirect">,
  { message, object, container }: Finding,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<string[]> {
  const pod = pods.find((candidate) => object === `pod ${nameOf(candidate)}`);
  const asked = pod?.spec?.containers.find(({ name }) => name === container);
  const httpGet = asked && failedProbe(asked, message)?.httpGet;
  const port = httpGet && portOf(asked, httpGet);
  if (pod === undefined || httpGet === undefined || port === undefined) {
    return [];
  }
  const [, last] = ASKED.exec(message) ?? [];
  if (last !== undefined) {
    return isElsewhere(last, httpGet, port)
      ? [`the probe is redirected: its last request was GET ${bare(last)}`]
      : [];
  }
  if (!ANSWERED.test(message)) {
    return [];
  }
  const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  return askedBy(api, pod, { httpGet, port }, until).catch(() => []);
}

async function askedBy(
  api: Pick<Api, "redirect">,
  pod: Pod,
  { httpGet, port }: { readonly httpGet: HttpGet; readonly port: number },
  signal: AbortSignal,
): Promise<string[]> {
  const { path = "/", scheme = "HTTP" } = httpGet;
  if (STEP.test(path) || httpGet.host !== undefined) {
    return [];
  }
  const name = `${scheme === "HTTPS" ? "https:" : ""}${nameOf(pod)}:${port}`;
  const proxy = `${COLLECTIONS.pods.path(pod.metadata?.namespace ?? "")}/${name}/proxy`;
  const found = await api.redirect(`${proxy}${path.startsWith("/") ? "" : "/"}${path}`, signal);
  const location = found?.location.replace(proxy, "");
  return found === undefined
    ? []
    : [
        `GET ${path} is redirected (${found.status}) to ${bare(location ?? "")}; what the kubelet reports is the answer at the end`,
      ];
}

function isElsewhere(
  address: string,
  { path = "/", scheme = "HTTP" }: HttpGet,
  port: number,
): boolean {
  const url = URL.parse(address);
  const ports = { "http:": "80", "https:": "443" } as Readonly<Record<string, string>>;
  const last = url && `${url.protocol}${url.port || (ports[url.protocol] ?? "")}${url.pathname}`;
  const [first = ""] = path.split(/[?#]/);
  return last !== `${scheme.toLowerCase()}:${port}${first.startsWith("/") ? "" : "/"}${first}`;
}

function portOf({ ports = [] }: Container, { port }: HttpGet): number | undefined {
  const number = ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
  return Number.isNaN(number) ? undefined : number;
}

/** An address without what may be a secret in it. */
function bare(address: string): string {
  const url = URL.parse(address);
  const [path = ""] = address.split(/[?#]/);
  return url === null ? path.slice(0, 200) : `${url.protocol}//${url.host}${url.pathname}`;
}
