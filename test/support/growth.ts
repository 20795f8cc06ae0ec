/** How much more there is in the case in which the work is done once more. */
export const FACTOR = 8;

const CHARACTERS = 1_000_000;

/**
 * How much more of the processor's time a work takes for a megabyte of a text than for an eighth of one: see
 * {@link growthOver}.
 */
export function growth(unit: string, work: (text: string) => unknown): number {
  const long = unit.repeat(Math.ceil(CHARACTERS / unit.length));
  return growthOver([long.slice(0, long.length / FACTOR), long], work);
}

/**
 * How much more of the processor's time a work takes for `FACTOR` times as much: as much as `FACTOR` where it is linear,
 * the square of it where it is quadratic. The processor's time, since a machine may be busy.
 */
export function growthOver<T>([little, much]: readonly [T, T], work: (of: T) => unknown): number {
  const least = Math.min(...[0, 1].map(() => timeOf(() => work(little))));
  const ratio = () => timeOf(() => work(much)) / Math.max(least, MEASURABLE);
  const first = ratio();
  // Memory that is collected meanwhile counts as the work's.
  return first < SUSPECT ? first : Math.min(first, ratio());
}

const SUSPECT = 2 * FACTOR;

/** Less than this many microseconds is noise. */
const MEASURABLE = 4000;

function timeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
