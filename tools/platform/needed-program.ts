import { execa } from "execa";
import { withLock } from "./lock.ts";
import { canInstallPackages, installPackages } from "./requirements.ts";

/** A program that a tool or a test runs, and the Debian package that brings it. */
interface NeededProgram {
  readonly package: string;
  /** Names on the PATH, any of which will do. */
  readonly names: readonly string[];
}

/** Renders the report's page. */
export const BROWSER: NeededProgram = {
  package: "chromium",
  names: ["chromium", "chromium-browser", "google-chrome"],
};
/** Compiles what the pipeline's tests run on. */
export const JAVA_COMPILER: NeededProgram = { package: "default-jdk-headless", names: ["javac"] };
/** Fetches Jenkins' Groovy. */
export const MAVEN: NeededProgram = { package: "maven", names: ["mvn"] };
/** A database for what migrates one. */
export const POSTGRES: NeededProgram = {
  package: "postgresql",
  names: [
    ...["17", "16", "15", "14"].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
  ],
};
/** What Argo CD keeps in memory. */
export const REDIS: NeededProgram = { package: "redis-server", names: ["redis-server"] };
/** Sets of addresses in the kernel, which firewall rules name. */
export const IP_SETS: NeededProgram = { package: "ipset", names: ["ipset"] };

/**
 * The first of a program's names that runs. Where none does, its package is installed first.
 *
 * @throws Error where the program is missing and its package cannot be installed
 */
export async function provided(program: NeededProgram): Promise<string> {
  const found = await whichRuns(program);
  if (found !== undefined) {
    return found;
  }
  if (!canInstallPackages()) {
    throw missing(program);
  }
  // Another process may install it, or something else, at this moment.
  return withLock(
    "debian-packages",
    () => undefined,
    async () => {
      if ((await whichRuns(program)) === undefined) {
        await installPackages([program.package]);
      }
      const installed = await whichRuns(program);
      if (installed === undefined) {
        throw missing(program);
      }
      return installed;
    },
  );
}

async function whichRuns({ names }: NeededProgram): Promise<string | undefined> {
  for (const name of names) {
    const { failed } = await execa(name, ["--version"], { reject: false, stdio: "ignore" });
    if (!failed) {
      return name;
    }
  }
  return undefined;
}

function missing({ names, package: name }: NeededProgram): Error {
  return new Error(
    `none of these programs runs here: ${names.join(", ")}; one of them is needed; ` +
      `install the Debian package ${name} or its like, or run this as root on a Debian-like Linux, which installs it`,
  );
}
