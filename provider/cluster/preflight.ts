import type { NeededRight, Right } from "../../rights.ts";
import { ownName, review } from "./access-review.ts";
import type { Api } from "./api.ts";
import { atATime } from "./at-a-time.ts";
import { pause } from "./pause.ts";

/** Rights that were granted a moment ago take a moment to be known everywhere. */
const MOMENT_MILLISECONDS = 500;

/** A review takes the API server a millisecond, and is not to make the lists wait that go out beside it. */
const AT_A_TIME = 4;

/** Rights that an identity has not got. */
export interface Lack {
  readonly rights: readonly NeededRight[];
  /** Whose; undefined where the API server does not say. */
  readonly user: string | undefined;
}

export const NO_LACK: Lack = { rights: [], user: undefined };

/** Whether anything is lacking that nothing goes without. */
export function isDisabling({ rights }: Lack): boolean {
  return rights.some(({ required }) => required);
}

/** Which rights this identity has. What it was found to have is not asked for again. */
export class Preflight {
  readonly #granted = new Map<string, Promise<boolean>>();

  private readonly api: Api;

  constructor(api: Api) {
    this.api = api;
  }

  /**
   * What is lacking of these rights.
   * @returns nothing where the API server does not say: then the requests themselves will show
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

  /** What is lacking, and is so after a moment, too. */
  async lastingLack(rights: readonly NeededRight[], signal: AbortSignal): Promise<Lack> {
    const { rights: lacking } = await this.lack(rights, signal);
    if (lacking.length === 0) {
      return NO_LACK;
    }
    await pause(MOMENT_MILLISECONDS, signal);
    return this.lack(lacking, signal);
  }

  /** Whatever was found counts no more: something was refused since. */
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
    const known = this.#granted.get(key);
    if (known !== undefined) {
      return known;
    }
    const asked = review(this.api, right, signal).then(({ allowed }) => allowed);
    this.#granted.set(key, asked);
    const isGranted = await asked.catch(() => false);
    if (!isGranted) {
      this.#granted.delete(key);
    }
    return asked;
  }
}
