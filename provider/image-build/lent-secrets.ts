import { lendSecretsArgs } from "../../contract/image-build.ts";
import { parsed } from "../input-schema.ts";
import type { KnownSecrets } from "../known-secrets.ts";
import type { Properties } from "../../wire/plugin.ts";

/**
 * Values that the program lends to a run for its builds, by name. They are in this process only: inputs of a resource would
 * be in the state.
 */
export class LentSecrets {
  readonly #values = new Map<string, string>();
  readonly #secrets: KnownSecrets;

  /** @param secrets gets each value */
  constructor(secrets: KnownSecrets) {
    this.#secrets = secrets;
  }

  /** The function `slipway:index:lendSecrets`. */
  lend(args: Properties): Properties {
    const { values } = parsed(lendSecretsArgs, args);
    for (const [name, value] of Object.entries(values)) {
      this.#values.set(name, value);
      this.#secrets.learn(value);
    }
    return { lent: Object.keys(values) };
  }

  /**
   * A value by its name.
   * @throws Error where none was lent
   */
  valueOf(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) {
      throw new Error(`the build's secret ${name} was not handed to this run; run pulumi up again`);
    }
    return value;
  }
}
