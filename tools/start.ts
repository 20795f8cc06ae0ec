import { execa } from "execa";

import type { ReleaseRecord } from "../contract/release-record.ts";
import { prepare } from "./prepare.ts";

interface Outputs {
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  readonly endpoints: Readonly<Record<string, { readonly address: string }>>;
}

const STACK = "dev";

/** From a fresh machine to a proved release of the example: what `npm start` runs. */
async function start(): Promise<void> {
  await prepare();
  await pulumi("stack", "select", "--create", STACK);
  await pulumi("up", "--yes", "--skip-preview", "--stack", STACK);
  const { stdout } = await execa("pulumi", ["stack", "output", "--json", "--stack", STACK], {
    preferLocal: true,
  });
  const { releases, endpoints } = JSON.parse(stdout) as Outputs;
  for (const [service, release] of Object.entries(releases)) {
    console.log(picture(service, release, endpoints[service]?.address ?? ""));
  }
}

async function pulumi(...args: string[]): Promise<void> {
  await execa("pulumi", args, { preferLocal: true, stdio: "inherit" });
}

/** The chain of one release, from its commit to the address that answers. */
function picture(service: string, release: ReleaseRecord, address: string): string {
  const commit =
    release.commit === null
      ? "not in git"
      : release.commit.slice(0, 12) + (release.dirty ? " and changes that are not committed" : "");
  const [first, ...others] = release.pods.map(({ name }) => name);
  return [
    "",
    `${service}: ${release.verdict} after ${release.seconds} s`,
    `  commit     ${commit}`,
    `     ↓`,
    `  image      ${release.image}`,
    `     ↓`,
    `  manifests  ${release.manifestHash}`,
    `     ↓`,
    `  pods       ${first ?? ""}`,
    ...others.map((name) => `             ${name}`),
    `     ↓`,
    `  try        curl ${address}`,
  ].join("\n");
}

start().catch((error: unknown) => {
  // pulumi and the platform have said what is wrong in their own words
  if (!(error instanceof Error && "exitCode" in error)) {
    console.error(String(error));
  }
  process.exitCode = 1;
});
