import { goBuild } from "../go/build.ts";
import type { Addition } from "./addition.ts";
import { argoRolloutsController } from "./argo-rollouts.ts";
import { argoCdControllers } from "./argocd.ts";
import { dns } from "./dns.ts";
import { externalSecretsController } from "./external-secrets.ts";
import { STATE_FOLDER } from "./folders.ts";
import { fluxControllers } from "./flux.ts";
import { ingress } from "./ingress.ts";
import { kwokAddition } from "./kwok.ts";
import { withLock } from "./lock.ts";
import { monitoring } from "./monitoring.ts";
import { networkPolicies } from "./network-policies.ts";
import { sealedSecretsController } from "./sealed-secrets.ts";

/** What runs only where somebody asks for it, by the name to ask for. */
export const extras = {
  "external-secrets": externalSecretsController,
  dns,
  ingress,
  "network-policies": networkPolicies,
  kwok: kwokAddition,
  "argo-rollouts": argoRolloutsController,
  monitoring,
  argocd: argoCdControllers,
  flux: fluxControllers,
} satisfies Readonly<Record<string, Addition>>;

/** Name of something that runs only where somebody asks for it. */
export type Extra = keyof typeof extras;

/** All that there is to ask for. */
export const EXTRAS = Object.keys(extras) as Extra[];

/** Everything that runs beside Kubernetes' own components. */
export const additions = {
  "sealed-secrets": sealedSecretsController,
  ...extras,
} satisfies Readonly<Record<string, Addition>>;

/** Has a running platform run what a test needs beside it. What is built first holds up nobody else. */
export async function ensureExtras(...names: readonly Extra[]): Promise<void> {
  const quiet = (): void => undefined;
  for (const name of names) {
    await goBuild(extras[name].tools, quiet);
  }
  await withLock(STATE_FOLDER, quiet, async () => {
    for (const name of names) {
      await extras[name].ensure(quiet);
    }
  });
}
