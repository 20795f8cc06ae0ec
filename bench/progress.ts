const REMINDER_MS = 15_000;

/**
 * Runs a step of the bench and returns how many seconds it took. Says on stderr what is under way,
 * now and then that it still is, and how long it took.
 */
export async function timed(step: string, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  console.error(`${step} …`);
  const reminder = setInterval(() => {
    console.error(`${step} … ${seconds().toFixed(0)} s`);
  }, REMINDER_MS);
  try {
    await work();
  } finally {
    clearInterval(reminder);
  }
  const taken = seconds();
  console.error(`${step}: ${taken.toFixed(1)} s`);
  return taken;
}
