import type { NeededRight, Right } from "../../rights.ts";
import { ownName, review } from "./access-review.ts";
import type { Api } from "./api.ts";
import { atATime } from "./at-a-time.ts";
import { pause } from "./pause.ts";

/** Rights that were granted a moment ago take a moment to be known everywhere. */
const MOMENT_MILLISECONDS = 500;

/** A review takes the API server a millisecond, and the lists beside it must not wait. */
const AT_A_TIME = 4;

/** Rights that an identity lacks. */
export interface Lack {
  readonly rights: readonly NeededRight[];
  /** Whose; undefined if the API server does not say. */
  readonly user: string | undefined;
}

/** Every right is there, as far as the API server says. */
export const NO_LACK: Lack = { rights: [], user: undefined };

/** Whether a right is lacking that every verdict needs. */
export function isDisabling({ rights }: Lack): boolean {
  return rights.some(({ required }) => required);
}

/** Which rights this identity has. A granted right is not asked for again. */
export class Preflight {
  readonly #granted = new Map<string, Promise<boolean>>();

  private readonly api: Api;

  constructor(api: Api) {
    this.api = api;
  }

  /**
   * What is lacking of these rights.
   * @returns no right if the API server does not say: then the requests themselves will show
   */
  async lack(rights: readonly NeededRight[], signal: AbortSignal): Promise<Lack> {
    try {
      const lacking = await this.#denied(rights, signal);
      return lacking.length === 0
        ? NO_LACK
        : { rights: lacking, user: await ownName(this.api, signal) };
    } catch {
      return NO_LACK;
    }
  }

  /** What is lacking now, and after a moment, too. */
  async lastingLack(rights: readonly NeededRight[], signal: AbortSignal): Promise<Lack> {
    const { rights: lacking } = await this.lack(rights, signal);
    if (lacking.length === 0) {
      return NO_LACK;
    }
    await pause(MOMENT_MILLISECONDS, signal);
    return this.lack(lacking, signal);
  }

  /** Drops what was found: something was refused since. */
  forget(): void {
    this.#granted.clear();
  }

  async #denied(rights: readonly NeededRight[], signal: AbortSignal): Promise<NeededRight[]> {
    const granted = await atATime(AT_A_TIME, rights, (right) => this.#isGranted(right, signal));
    return rights.filter((_right, index) => granted[index] === false);
  }

  /** A right to all objects is one to each: most rules are of this kind, and serve all releases of a namespace. */
  async #isGranted({ name, ...right }: Right, signal: AbortSignal): Promise<boolean> {
    return (
      (await this.#ask(right, signal)) ||
      (name !== undefined && (await this.#ask({ ...right, name }, signal)))
    );
  }

  async #ask(right: Right, signal: AbortSignal): Promise<boolean> {
    const { verb, group, resource, subresource, name, namespace } = right;
    const key = JSON.stringify([verb, group, resource, subresource, name, namespace]);
    const asked =
      this.#granted.get(key) ?? review(this.api, right, signal).then(({ allowed }) => allowed);
    this.#granted.set(key, asked);
    const isGranted = await asked.catch(() => false);
    if (!isGranted) {
      this.#granted.delete(key);
    }
    return asked;
  }
}
