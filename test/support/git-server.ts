import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { NODE_ADDRESS } from "../../tools/platform/addresses.ts";

/** One who signs in with a password. */
interface Account {
  readonly username: string;
  readonly password: string;
}

/** What the index calls a file that is to go. */
const ABSENT = "0".repeat(40);

const NAME = { GIT_AUTHOR_NAME: "Story", GIT_AUTHOR_EMAIL: "story@example.com" };
const AUTHOR = {
  ...NAME,
  GIT_COMMITTER_NAME: NAME.GIT_AUTHOR_NAME,
  GIT_COMMITTER_EMAIL: NAME.GIT_AUTHOR_EMAIL,
};

/**
 * Git's own server over HTTP on the node's address, where a story, an agent and a controller in a pod reach it. It wants a
 * password of everybody; the reader's is of no use for a push.
 */
export class GitServer {
  /** Pushes: Jenkins. */
  readonly writer: Account = { username: "jenkins", password: "m4rk-of-the-writer" };
  /** Fetches: the controller. */
  readonly reader: Account = { username: "controller", password: "m4rk-of-the-reader" };
  readonly #folder: string;
  readonly #server: Server;
  #port = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  static async start(): Promise<GitServer> {
    const server = new GitServer(await mkdtemp(join(tmpdir(), "slipway-git-")));
    const { writer } = server;
    await server.restart();
    const stored = `http://${writer.username}:${writer.password}@${NODE_ADDRESS}:${server.#port}\n`;
    await writeFile(join(server.#folder, "credentials"), stored, { mode: 0o600 });
    return server;
  }

  /** Environment by which `git` signs in as the writer, as a credential helper of an agent would have it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "credential.helper",
      GIT_CONFIG_VALUE_0: `store --file=${join(this.#folder, "credentials")}`,
      GIT_TERMINAL_PROMPT: "0",
    };
  }

  url(repository: string): string {
    return `http://${NODE_ADDRESS}:${this.#port}/${repository}.git`;
  }

  /** Folder of a bare repository on the server. */
  path(repository: string): string {
    return join(this.#folder, `${repository}.git`);
  }

  /**
   * Makes a repository whose branch `main` has one commit.
   * @returns its address
   */
  async create(repository: string): Promise<string> {
    await execa("git", ["init", "--quiet", "--bare", "-b", "main", this.path(repository)]);
    await this.commit(repository, "Begin", { "README.md": "What runs where.\n" });
    return this.url(repository);
  }

  /**
   * Commits files to `main` on the server, as somebody else than Slipway would.
   * @param files by their paths; undefined removes one
   * @returns the commit
   */
  async commit(
    repository: string,
    subject: string,
    files: Readonly<Record<string, string | undefined>>,
  ): Promise<string> {
    const git = this.#in(repository);
    const index = { GIT_INDEX_FILE: join(this.#folder, `${repository}.index`) };
    const parent = await this.head(repository);
    await git(["read-tree", ...(parent === undefined ? ["--empty"] : [parent])], index);
    for (const [path, content] of Object.entries(files)) {
      const blob =
        content === undefined ? ABSENT : await git(["hash-object", "-w", "--stdin"], {}, content);
      const mode = content === undefined ? "0" : "100644";
      await git(["update-index", "--index-info"], index, `${mode} ${blob}\t${path}\n`);
    }
    const tree = await git(["write-tree"], index);
    const after = parent === undefined ? [] : ["-p", parent];
    const commit = await git(["commit-tree", tree, ...after, "-m", subject], AUTHOR);
    await git(["update-ref", "refs/heads/main", commit]);
    return commit;
  }

  /** Commit of a branch; undefined where it has none. */
  async head(repository: string, branch = "main"): Promise<string | undefined> {
    const args = ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`];
    const { stdout } = await execa("git", args, { cwd: this.path(repository), reject: false });
    return stdout === "" ? undefined : stdout;
  }

  /** Points `main` at a commit, whatever it had: a force-push. */
  async force(repository: string, commit: string): Promise<void> {
    await this.#in(repository)(["update-ref", "refs/heads/main", commit]);
  }

  /** Answer of a command of Git in a repository. */
  git(repository: string, ...args: readonly string[]): Promise<string> {
    return this.#in(repository)(args);
  }

  /** Has it answer nobody, until {@link restart}. */
  async pause(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async restart(): Promise<void> {
    this.#server.listen(this.#port, NODE_ADDRESS);
    await once(this.#server, "listening");
    const address = this.#server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : 0;
  }

  async dispose(): Promise<void> {
    if (this.#server.listening) {
      await this.pause();
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #in(repository: string) {
    const cwd = this.path(repository);
    return async (
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
      input = "",
    ): Promise<string> => (await execa("git", args, { cwd, env, input })).stdout;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = this.#userOf(request);
    const url = new URL(request.url ?? "/", "http://server");
    const isPush = /git-receive-pack/.test(url.pathname + url.search);
    if (user === undefined || (isPush && user !== this.writer.username)) {
      const status = user === undefined ? 401 : 403;
      response.writeHead(status, { "WWW-Authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const backend = spawn("git", ["http-backend"], {
      env: { ...process.env, ...this.#variables(request, url, user) },
      stdio: ["pipe", "pipe", "ignore"],
    });
    // It reads no more than it needs.
    backend.stdin.on("error", () => undefined);
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    for await (const chunk of backend.stdout) {
      chunks.push(chunk as Buffer);
    }
    const { status, headers, body } = answerOf(Buffer.concat(chunks));
    response.writeHead(status, headers).end(body);
  }

  #userOf({ headers }: IncomingMessage): string | undefined {
    const given = headers.authorization?.replace(/^Basic /, "") ?? "";
    const [username, password] = Buffer.from(given, "base64").toString().split(":");
    const accounts = [this.writer, this.reader];
    return accounts.find((one) => one.username === username && one.password === password)?.username;
  }

  #variables({ headers, method }: IncomingMessage, url: URL, user: string): NodeJS.ProcessEnv {
    return {
      GIT_PROJECT_ROOT: this.#folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: method,
      REMOTE_USER: user,
      CONTENT_TYPE: headers["content-type"],
      CONTENT_LENGTH: headers["content-length"],
      HTTP_CONTENT_ENCODING: headers["content-encoding"],
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    };
  }
}

/** What a program of the Common Gateway Interface has written. */
function answerOf(output: Buffer) {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString().split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const { Status: status = "200", ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
