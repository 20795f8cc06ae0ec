import type { GoTools, Report } from "../go/build.ts";
import { externalSecrets } from "../go/external-secrets.ts";
import { kwok } from "../go/kwok.ts";
import { sealedSecrets } from "../go/sealed-secrets.ts";
import { ensureExternalSecrets } from "./external-secrets.ts";
import { ensureKwok } from "./kwok.ts";
import { ensureSealedSecrets } from "./sealed-secrets.ts";

/** Something that runs beside Kubernetes' own components, built from its Go module. */
export interface Addition {
  /** With its version, for people. */
  readonly title: string;
  readonly tools: GoTools;
  /** Builds and runs it; a moment's work where it runs already. */
  readonly ensure: (report: Report) => Promise<void>;
}

/** What runs only where somebody asks for it, by the name to ask for. */
const extras = {
  "external-secrets": {
    title: `External Secrets ${externalSecrets.version}`,
    tools: externalSecrets,
    ensure: ensureExternalSecrets,
  },
  kwok: { title: `kwok ${kwok.version}`, tools: kwok, ensure: ensureKwok },
} satisfies Readonly<Record<string, Addition>>;

/** Name of something that runs only where somebody asks for it. */
export type Extra = keyof typeof extras;

/** All that there is to ask for. */
export const EXTRAS = Object.keys(extras) as Extra[];

/** Everything that runs beside Kubernetes' own components. */
export const additions = {
  "sealed-secrets": {
    title: `Sealed Secrets ${sealedSecrets.version}`,
    tools: sealedSecrets,
    ensure: ensureSealedSecrets,
  },
  ...extras,
} satisfies Readonly<Record<string, Addition>>;
