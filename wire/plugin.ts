/** Property values as they cross the engine's wire: plain JSON, without secret marks. */
export type Properties = Readonly<Record<string, unknown>>;

/** What a plugin can report to the engine while it works on a resource. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** Shown as an error. It fails neither the resource nor the run. */
  error(message: string): void;
  /** Replaces the resource's status line; kept in no log. */
  status(message: string): void;
}

/** The resource that a call is about. */
export interface Subject {
  readonly urn: string;
  /** Type token, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly log: Log;
}

/** What is wrong with one input. */
export interface CheckFailure {
  /** Path of the faulty input. */
  readonly property: string;
  readonly reason: string;
}

/** Inputs as the engine keeps them, and what is wrong with them. */
export interface CheckResult {
  readonly inputs: Properties;
  readonly failures?: readonly CheckFailure[];
}

/** A resource as it was stored, and the inputs that the program has for it now. */
export interface Change {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly oldOutputs: Properties;
  readonly news: Properties;
  /** Paths of the inputs whose changes the program ignores. */
  readonly ignoreChanges: readonly string[];
}

/** How a resource changes. */
export interface DiffResult {
  /** Paths of the properties that changed; empty means no change. */
  readonly changed: readonly string[];
  /** Those of them that call for a replacement. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/** A new resource. */
export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

/** The resource as it is, or undefined if it is gone. `inputs` only if a read is to change them (import, drift). */
export type ReadResult =
  { readonly id: string; readonly outputs: Properties; readonly inputs?: Properties } | undefined;

/**
 * A resource provider, free of gRPC: `serve` puts it on the engine's wire.
 * Unknown values during a preview are marked by the engine's own string: see `isUnknown`.
 */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  /** A line printed once when a stack first uses the plugin, e.g. that it is a stand-in. */
  readonly notice?: string;
  /**
   * Whether inputs come with the marks of their secrets, except those of a state, and what the plugin returns has its own.
   * @default false: inputs come plain, and the engine marks the outputs like the inputs of the same path
   */
  readonly marksSecrets?: boolean;
  /**
   * The text of a fault that nothing caught, as this process may print it.
   * @default - it is printed as it is
   */
  tell?(text: string): string;
  configure(config: Properties): Promise<void> | void;
  /**
   * Checks the provider's own configuration before any other call, in a preview as in an up. The old one is empty if the
   * state has none.
   * @default - it is taken as it is
   */
  checkConfig?(news: Properties, olds: Properties): Promise<CheckResult>;
  /** Compares the provider's own configuration. @default - no replacement is ever called for */
  diffConfig?(olds: Properties, news: Properties): DiffResult;
  check(
    subject: Subject,
    args: { olds: Properties; news: Properties; randomSeed: Buffer },
  ): Promise<CheckResult> | CheckResult;
  diff(subject: Subject, args: Change): Promise<DiffResult> | DiffResult;
  create(
    subject: Subject,
    args: { inputs: Properties; preview: boolean; timeoutSeconds: number },
  ): Promise<Created>;
  read(
    subject: Subject,
    args: { id: string; outputs: Properties; inputs: Properties },
  ): Promise<ReadResult>;
  update(
    subject: Subject,
    args: Change & { preview: boolean; timeoutSeconds: number },
  ): Promise<Properties>;
  delete(
    subject: Subject,
    args: { id: string; outputs: Properties; inputs: Properties; timeoutSeconds: number },
  ): Promise<void>;
  /** A data source. @default - every token is refused */
  invoke?(token: string, args: Properties): Promise<Properties>;
  /** The run was interrupted: end what is under way soon. */
  cancel(): void;
}

/**
 * Thrown by `create`, `update` or `read` when the resource exists but is not as it should be:
 * the engine keeps it with these outputs as init errors and retries on the next `up`.
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  readonly id: string;
  readonly outputs: Properties;
  readonly reasons: readonly string[];

  constructor(
    message: string,
    id: string,
    outputs: Properties,
    reasons: readonly string[] = [message],
  ) {
    super(message);
    this.id = id;
    this.outputs = outputs;
    this.reasons = reasons;
  }
}
