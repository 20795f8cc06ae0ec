import { execa } from "execa";

import { CHECKOUT } from "../../tools/platform/folders.ts";
import { prepare } from "../../tools/prepare.ts";

/**
 * Runs once before the tests of the official Kubernetes provider, and begins its build: the first one takes many minutes,
 * in which tests run that do not need it.
 */
export default async function officialSetup(): Promise<void> {
  await prepare();
  const build = [process.execPath, "--require", "./preload.cjs", "tools/plugins/main.ts"];
  // Whoever needs it waits for it, or builds it again and says why that fails.
  void execa("nice", ["-n", "10", ...build], { cwd: CHECKOUT, stdio: "ignore", reject: false });
}
