import { readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 250;

/** The processes of a run of pulumi, by the program in their command line. */
const ROLES = {
  engine: /(?:^|\/)pulumi\0/,
  program: /@pulumi\/pulumi\/cmd\/run(?:\/|\0|-)/,
  slipway: /\/pulumi-resource-slipway\0/,
  // The official plugin, or the stand-in.
  kubernetes: /\/(?:pulumi-resource-kubernetes|resource-kubernetes-v[^/]*\/plugin[.]cjs)\0/,
} as const;

/** What a process used. */
export interface Use {
  /** Most memory that it had, in MiB. */
  readonly memory: number;
  /** Seconds of a processor. */
  readonly cpu: number;
}

/** The processes of a run. */
export type Uses = Readonly<Record<keyof typeof ROLES, Use>>;

/**
 * Runs the work and says what the processes of its job used.
 * @param job a variable and its value that all of them have in their environment
 */
export async function usesDuring<T>(
  job: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly uses: Uses }> {
  const seen = new Map<number, Use & { readonly role: string }>();
  const sampling = setInterval(() => {
    for (const pid of readdirSync("/proc").map(Number).filter(Number.isInteger)) {
      const use = useOf(pid, job);
      if (use !== undefined) {
        seen.set(pid, use);
      }
    }
  }, SAMPLE_MS);
  const result = await work().finally(() => {
    clearInterval(sampling);
  });
  const roles = Object.keys(ROLES).map((role) => {
    const own = [...seen.values()].filter((use) => use.role === role);
    const memory = Math.max(0, ...own.map((use) => use.memory));
    return [role, { memory, cpu: own.reduce((sum, { cpu }) => sum + cpu, 0) }] as const;
  });
  return { result, uses: Object.fromEntries(roles) as Uses };
}

/** What one process has used so far; undefined if it is none of the job's, or is gone. */
function useOf(pid: number, job: string): (Use & { readonly role: string }) | undefined {
  try {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
    if (!read("environ").split("\0").includes(job)) {
      return undefined;
    }
    const command = read("cmdline");
    const role = Object.entries(ROLES).find(([, pattern]) => pattern.test(command))?.[0];
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(read("status")) ?? [];
    const stat = read("stat");
    // Behind the name in brackets: utime and stime are the 12th and 13th, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const cpu = (Number(fields[11]) + Number(fields[12])) / 100;
    return role === undefined ? undefined : { role, memory: Number(kibibytes) / 1024, cpu };
  } catch {
    return undefined;
  }
}
