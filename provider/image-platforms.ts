import type { z } from "zod";

import {
  type ImagePlatforms,
  imagePlatformsArgs,
  type NodeGroup,
  type PlatformAnswers,
} from "../contract/image-platforms.ts";
import type { RegistryLogin } from "../contract/registry-login.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Api } from "./cluster/api.ts";
import { messageOf } from "./cluster/api-error.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { oneLine } from "./cluster/one-line.ts";
import { parsed } from "./input-schema.ts";
import { platformsOf } from "./registry/platforms.ts";
import type { Registry } from "./registry/registry.ts";

/** Questions that are asked at a time. */
const TOGETHER = 8;

/** Nodes that the API server lists at a time: each may be 20 KiB. */
const PAGE = 500;

/** Nodes do not change their processor, and each image that is built asks again. */
const KEPT_MILLISECONDS = 60_000;

/** A node, as far as it is kept: all that the API server says of some thousands is a hundred MiB. */
interface KnownNode {
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Node {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly nodeInfo?: { readonly architecture?: string; readonly operatingSystem?: string };
  };
}

interface NodeList {
  readonly items?: readonly Node[];
  readonly metadata?: { readonly continue?: string };
}

type Asked = z.output<typeof imagePlatformsArgs>;

type Lookup = (login: RegistryLogin | undefined) => Pick<Registry, "manifest" | "config">;

/** The function `slipway:index:imagePlatforms`: for which platforms images are, and which the nodes have. */
export class ImagePlatformsAnswer {
  readonly #lookup: Lookup;
  readonly #api: () => Pick<Api, "get">;
  readonly #signal: AbortSignal;
  #nodes: { readonly list: Promise<readonly KnownNode[]>; readonly until: number } | undefined;

  /**
   * @param lookup the registries
   * @param api connects when it is first needed
   */
  constructor(lookup: Lookup, api: () => Pick<Api, "get">, signal: AbortSignal) {
    this.#lookup = lookup;
    this.#api = api;
    this.#signal = signal;
  }

  async answer(args: Properties): Promise<Properties> {
    const asked = parsed(imagePlatformsArgs, args);
    const [images, nodes] = await Promise.all([
      atATime(TOGETHER, asked.images, (image) => this.#imageOf(image, asked)),
      asked.nodes === false ? { nodes: [] } : this.#groups(asked.labels),
    ]);
    return { images, ...nodes } satisfies PlatformAnswers;
  }

  async #imageOf(image: string, { login, answerSeconds }: Asked): Promise<ImagePlatforms> {
    const limit = AbortSignal.timeout(answerSeconds * 1000);
    try {
      return { image, platforms: await platformsOf(image, this.#lookup(login), limit) };
    } catch (error) {
      const fault = limit.aborted ? `no answer in ${answerSeconds} s` : messageOf(error);
      return { image, platforms: [], fault };
    }
  }

  async #groups(labels: readonly string[]): Promise<Omit<PlatformAnswers, "images">> {
    try {
      return { nodes: groupsOf(await this.#list(), labels) };
    } catch (error) {
      return { nodes: [], nodesFault: oneLine(messageOf(error)) };
    }
  }

  #list(): Promise<readonly KnownNode[]> {
    if (this.#nodes === undefined || this.#nodes.until < Date.now()) {
      this.#nodes = {
        list: allNodes(this.#api(), this.#signal),
        until: Date.now() + KEPT_MILLISECONDS,
      };
    }
    return this.#nodes.list;
  }
}

async function allNodes(api: Pick<Api, "get">, signal: AbortSignal): Promise<readonly KnownNode[]> {
  const nodes: KnownNode[] = [];
  let next: string | undefined;
  do {
    const query = { limit: PAGE, ...(next !== undefined && { continue: next }) };
    const page = (await api.get("/api/v1/nodes", query, signal)) as NodeList;
    nodes.push(...(page.items ?? []).flatMap(known));
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
  return nodes;
}

/** One that has not reported its processor yet says nothing. */
function known({ metadata, status }: Node): KnownNode[] {
  const { operatingSystem, architecture } = status?.nodeInfo ?? {};
  return isWord(operatingSystem) && isWord(architecture)
    ? [{ platform: `${operatingSystem}/${architecture}`, labels: metadata?.labels ?? {} }]
    : [];
}

/** Nodes by what distinguishes them here. */
function groupsOf(nodes: readonly KnownNode[], keys: readonly string[]): NodeGroup[] {
  const groups = new Map<string, NodeGroup>();
  for (const { platform, labels: all } of nodes) {
    const labels = Object.fromEntries(
      keys.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])),
    );
    const id = JSON.stringify([platform, labels]);
    groups.set(id, { platform, labels, count: (groups.get(id)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && /^\w{1,32}$/.test(text);
}
