import * as pulumi from "@pulumi/pulumi";
import type { FoundStatements, PublicKey } from "../contract/gate-statements.ts";
import type { FoundImage } from "../contract/image-digests.ts";
import type { PlatformAnswers } from "../contract/image-platforms.ts";
import type { NamespaceState } from "../contract/namespace-state.ts";
import type { ObjectTrial } from "../contract/object-trial.ts";
import type { PolicyLook } from "../contract/policy-look.ts";
import type { ReleaseLooks } from "../contract/release-looks.ts";
import type { ServedKinds } from "../contract/served-kinds.ts";
import { FUNCTIONS } from "../contract/tokens.ts";
import type { FoundClaims } from "../contract/volume-claims.ts";
import { loginTo, type Registry } from "./image/registry.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** How long a registry may take for all that lies beside one image. */
const STATEMENTS_SECONDS = 120;

/** What the provider's functions answer. */
interface Answers {
  readonly gateStatements: { readonly images: readonly FoundStatements[] };
  readonly imageDigests: { readonly images: readonly FoundImage[] };
  readonly imagePlatforms: PlatformAnswers;
  readonly namespaceState: NamespaceState;
  readonly policyInForce: PolicyLook;
  readonly releaseLooks: { readonly looks: ReleaseLooks };
  readonly servedKinds: ServedKinds;
  readonly stackState: { readonly exists: boolean };
  readonly volumeClaims: { readonly claims: FoundClaims };
  readonly tryObjects: ObjectTrial;
}

/**
 * Calls a function of Slipway's own provider. The answer is empty in a preview of a program whose provider is not known
 * yet, because nobody can be asked then.
 */
export async function askProvider<Name extends keyof Answers>(
  name: Name,
  args: pulumi.Inputs,
  provider: SlipwayProvider,
): Promise<Partial<Answers[Name]>> {
  const answer: unknown = await pulumi.runtime.invoke(FUNCTIONS[name], args, { provider });
  return answer as Partial<Answers[Name]>;
}

/**
 * What the registries have of images.
 *
 * @param references by digest or by tag
 * @param registry its login is used for that registry
 * @param answerSeconds how long each of them may take; without it, as long as the provider waits for any
 * @returns undefined where nobody can be asked
 */
export async function askRegistries(
  references: readonly string[],
  registry: Registry | undefined,
  provider: SlipwayProvider,
  answerSeconds?: number,
): Promise<readonly FoundImage[] | undefined> {
  if (references.length === 0) {
    return [];
  }
  const args = { references, login: loginTo(registry), answerSeconds };
  return (await askProvider("imageDigests", args, provider)).images;
}

/**
 * What is said of images beside them in their registries.
 *
 * @param images by digest
 * @param keys by which statements may be signed
 * @param registry its login is used for that registry
 * @returns undefined where nobody can be asked
 */
export async function askStatements(
  images: readonly string[],
  keys: readonly PublicKey[],
  registry: Registry | undefined,
  provider: SlipwayProvider,
): Promise<readonly FoundStatements[] | undefined> {
  if (images.length === 0) {
    return [];
  }
  const args = { images, keys, login: loginTo(registry), answerSeconds: STATEMENTS_SECONDS };
  return (await askProvider("gateStatements", args, provider)).images;
}
