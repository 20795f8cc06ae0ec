import * as pulumi from "@pulumi/pulumi";

/**
 * Keeps Pulumi's SDK from telling the engine what each of its calls returned: that has secret outputs in clear, and
 * the engine writes it to its event log even where nobody asked for --debug. The SDK has no switch for it, so that its
 * debug log is taken away: call it before anything else.
 */
export function silenceSdkTrace(): void {
  Object.assign(pulumi.log, { debug: () => Promise.resolve() });
}
