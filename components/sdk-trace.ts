import * as pulumi from "@pulumi/pulumi";

/**
 * Keeps Pulumi's SDK from reporting what each of its calls returned to the engine: that has secret outputs in clear, and
 * the engine writes it to its event log even without --debug. The SDK has no switch for it, so this removes its debug
 * log: call it before anything else.
 */
export function silenceSdkTrace(): void {
  Object.assign(pulumi.log, { debug: () => Promise.resolve() });
}
