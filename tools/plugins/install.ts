import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { downloadOfficial, pinnedPlugins, type PinnedPlugin } from "./official.ts";
import { hasStandIn, installStandIn, readMark, sourceHash, writeMark } from "./stand-in.ts";

/** Where a stand-in is installed, the official plugin is asked for again after this time. */
const ASK_AGAIN_MILLISECONDS = 24 * 60 * 60 * 1000;

const CHECKOUT = join(import.meta.dirname, "..", "..");

/**
 * Installs the plugins that package.json pins: the official ones where they can be downloaded, and
 * otherwise the stand-ins of `tools/offline`, with one line for each that says so. A plugin that is
 * installed is left as it is; a stand-in makes way for its own newer source and for the official one.
 *
 * @throws where a plugin can neither be downloaded nor has a stand-in
 */
export async function installPlugins(): Promise<void> {
  const lines = await Promise.all(pinnedPlugins(CHECKOUT).map(installPlugin));
  for (const line of lines.filter((each) => each !== undefined)) {
    console.log(line);
  }
}

async function installPlugin(plugin: PinnedPlugin): Promise<string | undefined> {
  const { name, version } = plugin;
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const folder = join(home, "plugins", `resource-${name}-v${version}`);
  const mark = readMark(folder);
  if (mark === undefined && existsSync(join(folder, `pulumi-resource-${name}`))) {
    return undefined;
  }
  const now = Date.now();
  const ask = mark === undefined || now - Date.parse(mark.asked) > ASK_AGAIN_MILLISECONDS;
  if (ask && (await downloadOfficial(plugin, CHECKOUT))) {
    return `${name} ${version}: official plugin`;
  }
  if (!hasStandIn(name, CHECKOUT)) {
    throw new Error(
      `the plugin ${name} ${version} could not be downloaded and has no offline stand-in; install it with "pulumi plugin install resource ${name} ${version}"`,
    );
  }
  const source = sourceHash(name, CHECKOUT);
  const fresh = { source, asked: ask ? new Date(now).toISOString() : mark.asked };
  if (mark?.source === source) {
    if (ask) {
      await writeMark(folder, fresh);
    }
    return undefined;
  }
  await installStandIn(plugin, { folder, checkout: CHECKOUT, mark: fresh });
  return `${name} ${version}: offline stand-in, the official plugin could not be downloaded`;
}
