/** What is to be done at the end of a story: the latest first, and each whatever became of the others. */
export class Ends {
  readonly #ends: (() => unknown)[] = [];

  push(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Does all of it: what has failed. */
  async failures(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
