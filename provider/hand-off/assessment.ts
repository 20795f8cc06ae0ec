import type { ControllerReport, HandOffFailure, HandOffInputs } from "../../contract/hand-off.ts";
import type { Standing } from "./lineage.ts";

/** What is asked of a controller. */
export interface Asked {
  readonly to: HandOffInputs["to"];
  readonly workloads: HandOffInputs["workloads"];
  /** What was handed off, as people write it. */
  readonly revision: string;
  /** Whether nothing was handed off to this place before: who applies it may be made because of it. */
  readonly isFirst: boolean;
  /** The branch that a repository's `HEAD` is; undefined if it is not known. */
  readonly defaultBranch: string | undefined;
  /** When it was handed off, in milliseconds since 1970. */
  readonly writtenAt: number;
  /** Whether it was asked to look at its source since: without that it may look at what it remembers of it. */
  readonly isRefreshed: boolean;
  readonly standing: (revision: string) => Standing;
}

/** What a controller shows at one moment. */
export type Assessment = {
  readonly report: ControllerReport;
} & (
  | {
      readonly kind: "applied";
      /** Whether it has looked at what it applied since. */
      readonly isSettled: boolean;
    }
  | { readonly kind: "waiting"; readonly text: string }
  | ({
      readonly kind: "failed";
      /** Seconds for which it must last. */
      readonly lasting: number;
    } & Fault)
);

/** What is wrong with a hand-off. */
export type Fault = Pick<HandOffFailure, "reason" | "message"> & {
  readonly notes?: readonly string[];
};

/** A folder of a repository as it is written in many ways: `./shop`, `/shop/`, `shop`. */
export function plainPath(path = ""): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** Whether two addresses may be of one repository: whoever reads it may reach it in another way than who writes it. */
export function isSameRepository(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other);
}

/** Host and path, whatever the protocol, the user, the port and the ending are. */
function placeOf(address: string): string {
  const [, host = "", path = ""] =
    /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:]*)(?::\d+(?=\/))?[/:]*(.*)$/i.exec(address) ?? [];
  return `${host.toLowerCase()}/${path.replace(/\/+$/, "").replace(/\.git$/, "")}`.toLowerCase();
}

/** The objects of these that a controller does not have, as people write them. */
export function missingFrom(
  workloads: HandOffInputs["workloads"],
  has: (workload: HandOffInputs["workloads"][number]) => boolean,
): readonly string[] {
  return workloads
    .filter((workload) => !has(workload))
    .map(({ kind, name }) => `${kind.toLowerCase()} ${name}`);
}
