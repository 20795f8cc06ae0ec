import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";

/** A plugin that the program's SDKs ask for. */
export interface PinnedPlugin {
  readonly name: string;
  readonly version: string;
}

/** Time for one plugin's download; the largest has 40 MB. */
const DOWNLOAD_MILLISECONDS = 180_000;

/** What the engine prints where another try within this run is in vain. */
const OUT_OF_REACH = /no such host|connection refused|network is unreachable|proxyconnect/;

/** The plugins of the Pulumi packages that package.json pins, in the versions that it pins. */
export function pinnedPlugins(checkout: string): PinnedPlugin[] {
  const { dependencies = {} } = packageJson(checkout);
  return Object.keys(dependencies)
    .filter((dependency) => dependency.startsWith("@pulumi/"))
    .map((dependency) => packageJson(join(checkout, "node_modules", dependency)))
    .flatMap(({ pulumi, version }) =>
      pulumi?.resource === true && pulumi.name !== undefined
        ? [{ name: pulumi.name, version }]
        : [],
    );
}

/**
 * Asks the engine to install the official plugin.
 *
 * @returns whether it is installed now; false where it could not be downloaded
 */
export async function downloadOfficial(
  { name, version }: PinnedPlugin,
  checkout: string,
): Promise<boolean> {
  const args = ["plugin", "install", "resource", name, version, "--reinstall"];
  const download = execa("pulumi", args, {
    preferLocal: true,
    localDir: checkout,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    stdin: "ignore",
    stdout: "ignore",
    reject: false,
    // A group of its own: the launcher hands on no signal to the engine that it starts.
    detached: true,
  });
  let done = false;
  const end = () => {
    if (download.pid !== undefined && !done) {
      done = true;
      process.kill(-download.pid);
    }
  };
  const timeout = setTimeout(end, DOWNLOAD_MILLISECONDS);
  createInterface(download.stderr).on("line", (line) => {
    if (OUT_OF_REACH.test(line)) {
      end();
    }
  });
  const { failed } = await download;
  done = true;
  clearTimeout(timeout);
  return !failed;
}

function packageJson(folder: string): {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: { readonly resource?: boolean; readonly name?: string };
} {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as ReturnType<
    typeof packageJson
  >;
}
