import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { execa } from "execa";

import { NODE_ADDRESS, POD_NETWORK } from "../../tools/platform/addresses.ts";
import { POSTGRES, provided } from "../../tools/platform/needed-program.ts";
import { freePort } from "./free-port.ts";

/** PostgreSQL does not run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Debian's PostgreSQL on the node's address, where pods reach it if their network policies let them. */
export class Postgres {
  readonly host = NODE_ADDRESS;
  readonly user = "owner";
  readonly password = "m4rk-of-the-owner";
  readonly port: number;
  readonly #folder: string;
  readonly #programs: string;
  readonly #server: ChildProcess;

  private constructor(folder: string, programs: string, port: number, server: ChildProcess) {
    this.#folder = folder;
    this.#programs = programs;
    this.port = port;
    this.#server = server;
  }

  static async start(): Promise<Postgres> {
    const programs = dirname(await provided(POSTGRES));
    const folder = await mkdtemp(join(tmpdir(), "slipway-postgres-"));
    const data = join(folder, "data");
    const password = join(folder, "password");
    await writeFile(password, "m4rk-of-the-owner");
    await Promise.all([folder, password].map((path) => chown(path, NOBODY.uid, NOBODY.gid)));
    const made = ["--pgdata", data, "--username=owner", "--pwfile", password, "--no-sync"];
    const options = ["--auth-host=scram-sha-256", "--auth-local=trust", "--no-locale"];
    await execa(join(programs, "initdb"), [...made, ...options, "--encoding=UTF8"], {
      ...NOBODY,
      cwd: folder,
    });
    await appendFile(join(data, "pg_hba.conf"), `host all all ${POD_NETWORK} scram-sha-256\n`);
    const port = await freePort(NODE_ADDRESS);
    const where = ["-h", NODE_ADDRESS, "-p", String(port), "-k", folder, "-c", "fsync=off"];
    const server = spawn(join(programs, "postgres"), ["-D", data, ...where], {
      ...NOBODY,
      cwd: folder,
      stdio: "ignore",
    });
    const postgres = new Postgres(folder, programs, port, server);
    await met(async () => {
      const { exitCode } = await postgres.#psql("postgres", "select 1");
      return exitCode === 0;
    });
    return postgres;
  }

  /** The answer to a statement, without decoration. */
  async sql(database: string, statement: string): Promise<string> {
    const { exitCode, all } = await this.#psql(database, statement);
    if (exitCode !== 0) {
      throw new Error(all);
    }
    return all;
  }

  /**
   * Holds a lock.
   *
   * @param statement takes it
   * @returns what lets it go
   */
  async hold(database: string, statement: string): Promise<() => Promise<unknown>> {
    const mark = "select 'held', pg_sleep(600)";
    const holder = this.#psql(database, `begin; ${statement}; ${mark}`);
    const own = `datname = '${database}' and query like 'begin;%pg_sleep(600)' and pid <> pg_backend_pid()`;
    await met(async () => {
      const held = `select count(*) from pg_stat_activity where wait_event = 'PgSleep' and ${own}`;
      return (await this.sql(database, held)) === "1";
    });
    return async () => {
      await this.sql(
        database,
        `select pg_terminate_backend(pid) from pg_stat_activity where ${own}`,
      );
      await holder;
    };
  }

  async dispose(): Promise<void> {
    const ended = once(this.#server, "exit");
    // At once, whoever is connected.
    this.#server.kill("SIGQUIT");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #psql(database: string, statement: string) {
    const where = ["--host", this.#folder, "--port", String(this.port), "--username", this.user];
    return execa(
      join(this.#programs, "psql"),
      [...where, "--dbname", database, "--no-align", "--tuples-only", "--quiet", "-c", statement],
      { reject: false, all: true },
    );
  }
}

async function met(condition: () => Promise<boolean>): Promise<void> {
  for (let rest = 200; !(await condition()); rest -= 1) {
    if (rest === 0) {
      throw new Error(`PostgreSQL is still not so after 20 s: ${condition.toString()}`);
    }
    await sleep(100);
  }
}
