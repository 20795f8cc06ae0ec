import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where everything of the running platform lies: `$XDG_STATE_HOME/slipway`, `~/.local/state/slipway` by default.
 * It is outside the checkout, so checkouts share one platform and `git clean` never meets a live mount.
 */
export const STATE_FOLDER = join(
  process.env["XDG_STATE_HOME"] || join(homedir(), ".local/state"),
  "slipway",
);

/** Where builds lie that outlive a reset: `$XDG_CACHE_HOME/slipway`, `~/.cache/slipway` by default. */
export const CACHE_FOLDER = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "slipway",
);

/** The checkout that this code belongs to. */
export const CHECKOUT = join(import.meta.dirname, "../..");

/**
 * A path below the state folder.
 * @param parts Names of folders and file, as for `path.join`.
 */
export function state(...parts: string[]): string {
  return join(STATE_FOLDER, ...parts);
}
