import { get } from "node:http";
import { get as getSecurely, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** What was answered since a moment. */
export interface Answers {
  /** By the pod that answered. */
  readonly byPod: ReadonlyMap<string, number>;
  /** Requests that were answered with an error, such as the 404 of a way in that leads nowhere. */
  readonly failed: number;
  /** Requests that had no answer. */
  readonly lost: number;
  readonly total: number;
}

/** Sends requests to a service of the cluster, each by a connection of its own, and counts the answers. */
export class Load {
  #running = true;
  #answers: { readonly pod: string | undefined; readonly status: number }[] = [];
  readonly #loop: Promise<void>;

  private readonly address: string;
  private readonly options: RequestOptions;

  /**
   * @param address where the service answers; it may come to be later
   * @param everyMilliseconds between the beginnings of two requests
   * @param options what each request has beside that, such as the host that a Gateway serves
   */
  constructor(address: string, everyMilliseconds: number, options: RequestOptions = {}) {
    this.address = address;
    this.options = options;

    this.#loop = this.#run(everyMilliseconds);
  }

  /** What was answered since the last time that this was asked. */
  take(): Answers {
    const answers = this.#answers;
    this.#answers = [];
    const byPod = new Map<string, number>();
    for (const { pod } of answers) {
      if (pod !== undefined) {
        byPod.set(pod, (byPod.get(pod) ?? 0) + 1);
      }
    }
    const lost = answers.filter(({ status }) => status === 0).length;
    const failed = answers.filter(({ status }) => status >= 400).length;
    return { byPod, failed, lost, total: answers.length };
  }

  /** Sends no more. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #run(everyMilliseconds: number): Promise<void> {
    const open = new Set<Promise<void>>();
    while (this.#running) {
      const sent = this.#send().finally(() => open.delete(sent));
      open.add(sent);
      await sleep(everyMilliseconds);
    }
    await Promise.all(open);
  }

  async #send(): Promise<void> {
    const answer = await new Promise<{ pod: string | undefined; status: number }>((resolve) => {
      const lost = () => {
        resolve({ pod: undefined, status: 0 });
      };
      const { headers, ...others } = this.options;
      const send = this.address.startsWith("https:") ? getSecurely : get;
      const request = send(
        this.address,
        {
          ...{ ...others, agent: false, timeout: 5000 },
          headers: { accept: "application/json", ...(headers as Record<string, string>) },
        },
        (response) => {
          let text = "";
          response.on("data", (part: Buffer) => (text += part.toString()));
          response.on("error", lost);
          response.on("end", () => {
            const [, pod] = /"pod":"([^"]*)"/.exec(text) ?? [];
            resolve({ pod, status: response.statusCode ?? 0 });
          });
        },
      );
      request.on("error", lost);
      request.on("timeout", () => request.destroy());
    });
    this.#answers.push(answer);
  }
}
