import { prepare } from "../../tools/prepare.ts";

/** Runs once before each suite that needs the cluster; a platform that is up already costs a moment. */
export default async function globalSetup(): Promise<void> {
  await prepare();
}
