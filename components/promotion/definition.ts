import type { PublicKey } from "../../contract/gate-statements.ts";
import type { StatementKind } from "../../contract/statement-kind.ts";

/** What an image must have passed, and what is asked of who says so. */
export interface Gate {
  readonly name: string;
  /**
   * How old the statement may be, in seconds.
   * @default - of any age
   */
  readonly withinSeconds?: number;
  /**
   * The keys of which one must have signed it.
   * @default - anybody who may push to the repository may say it
   */
  readonly signedBy?: readonly SignerKey[];
  /**
   * Its kind, or the URI of a predicate type: then statements that others have written count as well, and `signedBy` says whose.
   * @default - any that names the gate
   */
  readonly kind?: StatementKind | (string & {});
}

/** A public key, and what people call it: the path of its file. */
export interface SignerKey extends PublicKey {
  readonly name: string;
}

/** The stack that releases are promoted from, and what they must have behind them. */
export interface Promotion {
  /** Name of a stack of this project, or `organization/project/stack`. */
  readonly stack: string;
  /**
   * Where that stack has its images: what their names begin with, `registry.example.com/team`, or by service the repository
   * of each. A record that names a different one is refused: it would bring an image, and gates, of its own.
   */
  readonly repository: string | Readonly<Record<string, string>>;
  /** For how many seconds a release must have been ready there. */
  readonly soakSeconds: number;
  /** The gates that its image must have passed. Of one by its name alone nothing more is asked. */
  readonly gates: readonly (string | Gate)[];
}

/** Stands for a service's image until the other stack's outputs are read. */
export interface ToBePromoted {
  readonly promote: true;
  /**
   * The service whose image it is.
   * @default - its own, or that of a service of this stack whose proved image is the same
   */
  readonly of?: string;
}
