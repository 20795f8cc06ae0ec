/** How much longer the text is in which the work is done once more. */
export const FACTOR = 8;

const CHARACTERS = 1_000_000;

/**
 * How much more of the processor's time a work takes for a megabyte of a text than for an eighth of one: as much as
 * `FACTOR` where it is linear, the square of it where it is quadratic. The processor's time, since a machine may be busy.
 */
export function growth(unit: string, work: (text: string) => unknown): number {
  const long = unit.repeat(Math.ceil(CHARACTERS / unit.length));
  const short = long.slice(0, long.length / FACTOR);
  const least = Math.min(...[0, 1].map(() => timeOf(() => work(short))));
  const ratio = () => timeOf(() => work(long)) / Math.max(least, MEASURABLE);
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
