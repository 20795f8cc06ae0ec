/** What a command reports to the pipeline that runs it. Documented in docs/cli.md. */
export const EXIT_CODE = {
  good: 0,
  fault: 1,
  badInput: 2,
  changesPending: 3,
  rolledBack: 4,
  releaseFailed: 5,
} as const;

/** One of {@link EXIT_CODE}. */
export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];

/** Ends a command with a message and an exit code. An empty message: everything has been reported already. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";

  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT_CODE.fault) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A command that cannot do what was asked: the field, the value got, what is allowed, the remedy. */
export function badInput(message: string): CommandFailure {
  return new CommandFailure(message, EXIT_CODE.badInput);
}
