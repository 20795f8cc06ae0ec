/** Who waits for news about what. A topic is an object's kind and name; a listener gets news about one once. */
export class Topics {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls the listener for each piece of news about one of the topics, until the returned function is called. */
  listen(topics: readonly string[], listener: () => void): () => void {
    for (const topic of topics) {
      const listeners = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, listeners.add(listener));
    }
    return () => {
      for (const topic of topics) {
        const listeners = this.#listeners.get(topic);
        listeners?.delete(listener);
        if (listeners?.size === 0) {
          this.#listeners.delete(topic);
        }
      }
    };
  }

  /** Calls the listeners of one topic. */
  tell(topic: string): void {
    this.#listeners.get(topic)?.forEach((listener) => {
      listener();
    });
  }

  /** Calls every listener once. */
  tellAll(): void {
    new Set([...this.#listeners.values()].flatMap((listeners) => [...listeners])).forEach(
      (listener) => {
        listener();
      },
    );
  }
}
