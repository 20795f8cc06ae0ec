import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { goBuild, type Report } from "../go/build.ts";
import { kubernetesProvider, kubernetesProviderProgram } from "../go/kubernetes-provider.ts";
import { CACHE_FOLDER, CHECKOUT } from "../platform/folders.ts";
import { pinnedPlugins } from "./official.ts";

/** Paths in the home, and where each leads. */
type Links = Readonly<Record<string, string>>;

const KUBERNETES = "kubernetes";

/**
 * A `PULUMI_HOME` whose Kubernetes provider is the official one, built from its Go module, where the program asks for it.
 * The engine and the other plugins are links to those that are installed, so that nothing is there twice.
 *
 * @param report told how far the build is
 * @returns its path
 */
export async function officialHome(report: Report): Promise<string> {
  await goBuild(kubernetesProvider, report);
  const links = linksInto(process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"));
  const key = createHash("sha256").update(JSON.stringify(links)).digest("hex").slice(0, 12);
  const home = join(CACHE_FOLDER, "official-home", key);
  if (!existsSync(home)) {
    await make(home, links);
  }
  return home;
}

function linksInto(installed: string): Links {
  const plugins = pinnedPlugins(CHECKOUT).map(({ name, version }) => {
    const folder = join("plugins", `resource-${name}-v${version}`);
    return name === KUBERNETES
      ? { [join(folder, `pulumi-resource-${name}`)]: kubernetesProviderProgram() }
      : filesOf(installed, folder);
  });
  return Object.assign({ versions: join(installed, "versions") }, ...plugins) as Links;
}

/** The engine takes no link for a plugin's folder, only for what is in it. */
function filesOf(installed: string, folder: string): Links {
  const paths = readdirSync(join(installed, folder)).map((name) => join(folder, name));
  return Object.fromEntries(paths.map((path) => [path, join(installed, path)]));
}

/** Where two make it, one of them wins: their content is the same. */
async function make(home: string, links: Links): Promise<void> {
  await mkdir(dirname(home), { recursive: true });
  const part = await mkdtemp(`${home}.part-`);
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(part, path)), { recursive: true });
    await symlink(target, join(part, path));
  }
  try {
    await rename(part, home);
  } catch (error) {
    await rm(part, { recursive: true });
    if (!existsSync(home)) {
      throw error;
    }
  }
}
