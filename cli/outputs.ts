import type { OutputMap } from "@pulumi/pulumi/automation/index.js";

import { type HistoryEntry, type ReleaseRecord, versionFault } from "../contract/release-record.ts";
import type { Endpoint } from "../components/endpoint.ts";
import type { JenkinsOutputs } from "../components/lanes/jenkins-access.ts";
import type { HandedOffOutput } from "./handed-off.ts";
import { SECRET } from "../wire/signature.ts";
import { badInput, CommandFailure } from "./exit-code.ts";
import type { EngineState } from "./recover/engine-state.ts";

/** The resource that has the outputs of the program. */
export const STACK = "pulumi:pulumi:Stack";

/** What the commands read of a stack's outputs: docs/outputs.md. */
export interface SlipwayOutputs {
  readonly namespace: string;
  /**
   * Whether others have created the namespace, so that the stack never deletes it.
   * @default false
   */
  readonly namespaceExists?: boolean;
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  /** Newest first. */
  readonly history: Readonly<Record<string, readonly HistoryEntry[]>>;
  /**
   * Where each service is reached, null for one that failed before that was known.
   * @default - they are not known
   */
  readonly endpoints?: Readonly<Record<string, Partial<Endpoint> | null>>;
  /** Absent if the stack applies its objects itself. */
  readonly handOff?: HandedOffOutput;
  /** Absent if the stack has no lanes. */
  readonly jenkins?: JenkinsOutputs;
}

/** The outputs of a stack as its state has them, undefined if one of them can be read only with the stack's key. */
export function openOutputs({ resources = [] }: EngineState): OutputMap | undefined {
  const { outputs = {} } = resources.find(({ type }) => type === STACK) ?? {};
  if (JSON.stringify(outputs).includes(SECRET)) {
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, { value, secret: false }]),
  );
}

/**
 * The outputs of a Slipway stack.
 *
 * @throws CommandFailure if it has none, or those of a different version
 */
export function slipwayOutputs(stack: string, outputs: OutputMap): SlipwayOutputs {
  const value = (name: string): unknown => outputs[name]?.value;
  const releases = value("releases") as SlipwayOutputs["releases"] | undefined;
  if (releases === undefined) {
    throw new CommandFailure(
      `${stack}: the output "releases" must be there, got nothing; run pulumi up --stack ${stack} first`,
    );
  }
  for (const [service, { version }] of Object.entries(releases)) {
    const unknown = versionFault(service, version);
    if (unknown !== undefined) {
      throw new CommandFailure(
        `${stack}: ${unknown}; use the slipway of the version that this stack was deployed with`,
      );
    }
  }
  const jenkins = value("jenkins") as JenkinsOutputs | undefined;
  const endpoints = value("endpoints") as SlipwayOutputs["endpoints"];
  const handOff = value("handOff") as HandedOffOutput | undefined;
  return {
    namespace: String(value("namespace")),
    ...(value("namespaceExists") === true && { namespaceExists: true }),
    releases,
    history: (value("history") ?? {}) as SlipwayOutputs["history"],
    ...(endpoints && { endpoints }),
    ...(handOff && { handOff }),
    ...(jenkins && { jenkins }),
  };
}

/**
 * The service that a command is about: the named one, or the only one.
 *
 * @throws CommandFailure if there is no such service, or a choice
 */
export function serviceOf(outputs: SlipwayOutputs, wanted: string | undefined): string {
  const known = Object.keys(outputs.releases);
  const [only, ...others] = known;
  const name = wanted ?? (others.length === 0 ? only : undefined);
  if (name !== undefined && known.includes(name)) {
    return name;
  }
  const got = wanted === undefined ? "missing" : `got "${wanted}"`;
  throw badInput(
    `--service: ${got}; allowed: ${known.join(", ") || "none, because the stack has none"}`,
  );
}
