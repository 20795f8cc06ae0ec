import { dirname, isAbsolute, resolve } from "node:path";
import type { Cluster, KubeConfig, User } from "@kubernetes/client-node";

import { masked } from "../mask/mask.ts";
import { CredentialError, SilentPlugin } from "./credential-error.ts";
import { type Credential, credentialIn, type Exec, execInfo, isOver } from "./exec-credential.ts";
import { type Ended, run } from "./plugin-process.ts";
import { titleOfUser } from "./user.ts";

/** A request waits no longer for its answer, either. */
const ANSWER_MILLISECONDS = 20_000;

/** Enough for an address and a code that somebody is to enter there. */
const WORDS_CHARACTERS = 400;

/** A source of credentials, as the library has them. */
export interface Authenticator {
  isAuthProvider(user: User): unknown;
  applyAuthentication(user: User, options: RequestOptions): Promise<void>;
}

interface RequestOptions {
  headers?: Record<string, unknown>;
  cert?: unknown;
  key?: unknown;
}

/** One process, for all who wait for it at that time. */
interface Run {
  readonly answer: Promise<Credential>;
  readonly end: AbortController;
  waiting: number;
}

/**
 * The program that a kubeconfig's user names for credentials, as kubectl runs it. Without a terminal it has nothing to read,
 * so that one that asks somebody ends, and what it says is for the error. The library's own says nothing of the cluster to
 * it, keeps what the API server refuses, and has no bounds.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export class CredentialPlugin implements Authenticator {
  #kept: Credential | undefined;
  #run: Run | undefined;
  #words = "";

  private readonly cluster: () => Cluster | null;
  private readonly file: string;
  private readonly terminal: boolean;

  /**
   * @param cluster that the credentials are for
   * @param file of the kubeconfig, where a relative path of a program starts
   * @param terminal whether somebody is there, whom it may ask for as long as they like
   */
  constructor(cluster: () => Cluster | null, file: string, terminal: boolean) {
    this.cluster = cluster;
    this.file = file;
    this.terminal = terminal;
  }

  isAuthProvider({ exec }: User): boolean {
    return exec != null;
  }

  /** @throws CredentialError */
  applyAuthentication(user: User, options: RequestOptions): Promise<void> {
    return this.until(undefined).applyAuthentication(user, options);
  }

  /** The same for somebody who waits no longer than the signal: when nobody waits for it, the process is killed. */
  until(signal: AbortSignal | undefined): Authenticator {
    return {
      isAuthProvider: (user) => this.isAuthProvider(user),
      applyAuthentication: async (user, options) => {
        const credential = await this.#credential(user, signal);
        const { token, clientCertificateData: cert, clientKeyData: key } = credential;
        if (token) {
          options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
        }
        Object.assign(options, cert && { cert }, key && { key });
      },
    };
  }

  /** That it has not answered in time. */
  silence(user: User | null): SilentPlugin {
    return new SilentPlugin(
      `${titleOfUser(user)} does not answer${this.#saying()}; run it by hand to see why`,
    );
  }

  async #credential(user: User, signal: AbortSignal | undefined): Promise<Credential> {
    if (this.#kept !== undefined && !isOver(this.#kept)) {
      return this.#kept;
    }
    const running = (this.#run ??= this.#start(user));
    const leave = () => {
      running.waiting -= 1;
      if (running.waiting === 0) {
        this.#run = undefined;
        running.end.abort();
      }
    };
    running.waiting += 1;
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return (this.#kept = await running.answer);
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#run = this.#run === running ? undefined : this.#run;
    }
  }

  #start(user: User): Run {
    const end = new AbortController();
    this.#words = "";
    const signals = this.terminal ? [] : [AbortSignal.timeout(ANSWER_MILLISECONDS)];
    const answer = this.#answer(user, AbortSignal.any([end.signal, ...signals]));
    return { answer, end, waiting: 0 };
  }

  async #answer(user: User, signal: AbortSignal): Promise<Credential> {
    const exec = user.exec as Exec;
    const title = titleOfUser(user);
    if (exec.interactiveMode === "Always" && !this.terminal) {
      throw new CredentialError(
        `${title} needs a terminal (interactiveMode: Always), and there is none; use credentials that ask nobody`,
      );
    }
    const { code, output } = await this.#ended(exec, signal).catch((error: unknown) => {
      throw unstarted(title, exec, error);
    });
    if (signal.aborted) {
      throw this.silence(user);
    }
    const credential = code === 0 ? credentialIn(output) : undefined;
    if (credential === undefined) {
      const how =
        code === 0
          ? "answers with no ExecCredential that has a token or a certificate"
          : `fails (exit code ${code ?? "none"})`;
      throw new CredentialError(`${title} ${how}${this.#saying()}; run it by hand to see why`);
    }
    return credential;
  }

  #ended(exec: Exec, signal: AbortSignal): Promise<Ended> {
    const { command = "", args, env } = exec;
    const isRelative = command.includes("/") && !isAbsolute(command);
    const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    const info = JSON.stringify(execInfo(exec, this.cluster(), this.terminal));
    const program = {
      command: isRelative ? resolve(dirname(this.file), command) : command,
      args: args ?? [],
      env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: info },
      terminal: this.terminal,
    };
    const hear = (text: string) => {
      this.#words = (this.#words + text).slice(-WORDS_CHARACTERS);
    };
    return run(program, hear, signal);
  }

  /** What it says to people, as a clause; empty if it says nothing. */
  #saying(): string {
    const words = onOneLine(this.#words);
    return words === "" ? "" : `; it says: ${words}`;
  }
}

/** Has a loaded kubeconfig run its users' plugins so. */
export function usePlugins(kubeconfig: KubeConfig, file: string, terminal = false): void {
  const sources = kubeconfig as unknown as { authenticators: Authenticator[] };
  const plugin = new CredentialPlugin(() => kubeconfig.getCurrentCluster(), file, terminal);
  sources.authenticators = [plugin, ...sources.authenticators];
}

function unstarted(title: string, { installHint = "" }: Exec, error: unknown): CredentialError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? "is not on this machine" : `cannot be started (${message})`;
  const hint = onOneLine(installHint.slice(0, WORDS_CHARACTERS));
  return new CredentialError(`${title} ${why}; ${hint === "" ? "install it" : hint}`);
}

function onOneLine(text: string): string {
  return masked(text).replaceAll(/\s+/g, " ").trim();
}
