/** A whole number, with the least and the most that a service may say. */
interface WholeNumber {
  readonly from: number;
  readonly to: number;
  /** What to do about any other. */
  readonly remedy?: string;
  readonly default?: number;
}

/** A decision, in words that go on from "whether". */
interface Choice {
  readonly whether: string;
  readonly default?: boolean;
}

/** Settings that stand together under one key. */
interface Group {
  readonly each: Forms;
  readonly default?: object;
}

/**
 * What settings look like, by their names: whatever takes, checks or completes one reads it here. One without a
 * `default` is passed on only where a service says it.
 */
export type Forms = Readonly<Record<string, WholeNumber | Choice | Group>>;

/** The value of a setting. */
export type ValueOf<Form> = Form extends { readonly from: number }
  ? number
  : Form extends Group
    ? ValuesOf<Form["each"]>
    : boolean;

/** Settings as a service says them. */
export type ValuesOf<Settings> = { readonly [Key in keyof Settings]?: ValueOf<Settings[Key]> };

/** Settings with a value for everything that has a default. */
export type Completed<Settings> = ValuesOf<Settings> & {
  readonly [
    Key in keyof Settings as Settings[Key] extends { readonly default: unknown } ? Key : never
  ]: ValueOf<Settings[Key]>;
};

/** Of what a service says these settings, and what stands for those that it leaves out. */
export function completed<Settings extends Forms>(
  settings: Settings,
  said: ValuesOf<Settings>,
): Completed<Settings> {
  const given = said as Readonly<Record<string, unknown>>;
  const values = Object.entries(settings).map(([key, form]) => [key, given[key] ?? form.default]);
  return Object.fromEntries(
    values.filter(([, value]) => value !== undefined),
  ) as Completed<Settings>;
}
