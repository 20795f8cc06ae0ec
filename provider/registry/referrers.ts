import type { RequestInit, Response } from "undici";

import { fetchThrough } from "./fetch-through.ts";

/** How a registry is logged in to: values of the header `Authorization`. */
export interface Authorization {
  /** For one repository, where the registry asks for a token. */
  token(repository: string): Promise<string>;
  /** For all of the registry, where it asks for a name and a password. */
  basic(server: string): Promise<string>;
}

/** What names a digest as its subject. */
export interface Referrer {
  readonly digest: string;
  /** @default - the registry does not say */
  readonly artifactType?: string;
}

interface Page {
  readonly manifests?: readonly Referrer[];
}

const MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";
const HUB = "docker.io";
/** Registries that images are read from without TLS if they have none, as crane does. */
const PLAIN =
  /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])[^/]*$|\.local(?::\d+)?$/;
/** Errors by which a server shows that it has TLS, and that it is not trusted. */
const UNTRUSTED = /CERT|ISSUER|SIGNATURE|ALTNAME/;
/** A list that is longer is taken for a loop. */
const PAGES = 20;
const ANSWER_MILLISECONDS = 20_000;
/** A page that is longer is no list. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Answers of registries that keep no list: as go-containerregistry takes them. */
const NO_LIST: ReadonlySet<number> = new Set([400, 404, 406]);

/**
 * The manifests that name a digest as their subject, as the registry itself lists them; undefined where it keeps no such
 * list.
 *
 * @throws Error where the registry does not answer the question
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function referrersOf(
  repository: string,
  digest: string,
  authorization: Authorization,
  signal?: AbortSignal,
): Promise<Referrer[] | undefined> {
  const { server, host, path } = placeOf(repository);
  const found: Referrer[] = [];
  let headers: Record<string, string> = { accept: MEDIA_TYPE };
  const late = AbortSignal.timeout(ANSWER_MILLISECONDS);
  const options = { signal: signal === undefined ? late : AbortSignal.any([signal, late]) };
  let url: URL | undefined = new URL(`https://${host}/v2/${path}/referrers/${digest}`);
  for (let page = 0; url !== undefined && page < PAGES; page++) {
    let answer: Response = await asked(url, { ...options, headers });
    if (answer.status === 401) {
      const isToken = /^bearer/i.test(answer.headers.get("www-authenticate") ?? "");
      const login = isToken
        ? await authorization.token(repository)
        : await authorization.basic(server);
      headers = { ...headers, authorization: login };
      answer = await fetchThrough(url, { ...options, headers });
    }
    if (NO_LIST.has(answer.status)) {
      return undefined;
    }
    if (!answer.ok) {
      throw new Error(`the registry answers ${answer.status} to ${url.href}`);
    }
    const { manifests = [] } = JSON.parse(await boundedText(answer)) as Page;
    found.push(...manifests);
    url = nextOf(answer, url);
  }
  return found;
}

/** Asks a server, if need be without TLS: then the address says so from there on. */
async function asked(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetchThrough(url, init);
  } catch (error) {
    const isLast = !PLAIN.test(url.host) || url.protocol === "http:" || init.signal?.aborted;
    if (isLast || UNTRUSTED.test(codeOf(error))) {
      throw error;
    }
    url.protocol = "http:";
    return fetchThrough(url, init);
  }
}

function codeOf(error: unknown): string {
  const { code = "", cause } = error as { readonly code?: string; readonly cause?: unknown };
  return cause === undefined ? code : codeOf(cause);
}

async function boundedText({ body, url }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    const piece = part as Uint8Array;
    bytes += piece.length;
    if (bytes > PAGE_BYTES) {
      throw new Error(`the registry answers with more than ${PAGE_BYTES} bytes to ${url}`);
    }
    parts.push(piece);
  }
  return Buffer.concat(parts).toString("utf8");
}

function placeOf(repository: string): { server: string; host: string; path: string } {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const server = isHost ? first : HUB;
  const path = isHost ? rest.join("/") : repository;
  if (server !== HUB) {
    return { server, host: server, path };
  }
  const full = path.includes("/") ? path : `library/${path}`;
  return { server: "index.docker.io", host: "registry-1.docker.io", path: full };
}

/** The next page of the same registry: to no other does the login go. */
function nextOf(answer: Response, url: URL): URL | undefined {
  const [, link] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(answer.headers.get("link") ?? "") ?? [];
  if (link === undefined) {
    return undefined;
  }
  const next = new URL(link, url);
  return next.origin === url.origin ? next : undefined;
}
