/** A whole number, with the least and the most that a service may set. */
interface WholeNumber {
  readonly from: number;
  readonly to: number;
  /** What to do about any other number. */
  readonly remedy?: string;
  readonly default?: number;
}

/** A decision, in words that continue "whether". */
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
 * What settings look like, by their names: whatever reads, checks or completes one reads it here. One without a
 * `default` is passed on only if a service sets it.
 */
export type Forms = Readonly<Record<string, WholeNumber | Choice | Group>>;

/** The value of a setting. */
export type ValueOf<Form> = Form extends { readonly from: number }
  ? number
  : Form extends Group
    ? ValuesOf<Form["each"]>
    : boolean;

/** Settings of a service. */
export type ValuesOf<Settings> = { readonly [Key in keyof Settings]?: ValueOf<Settings[Key]> };

/** Settings with a value for everything that has a default. */
export type Completed<Settings> = ValuesOf<Settings> & {
  readonly [
    Key in keyof Settings as Settings[Key] extends { readonly default: unknown } ? Key : never
  ]: ValueOf<Settings[Key]>;
};

/** These settings of a service, with the default of each that it omits. */
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
