import { gateReference } from "../../contract/image-reference.ts";
import type { Registry } from "../../provider/registry/registry.ts";
import { attach } from "../../provider/statements/attachment.ts";
import type { Statement } from "../../provider/statements/statement.ts";
import { signed } from "./sign.ts";
import { textOf } from "./statement.ts";

/** What was put beside an image. */
export interface Published {
  /** Digest of the attached statement. */
  readonly statement: string;
  /**
   * The gate's tag, which keeps the image.
   * @default - it has failed
   */
  readonly tag?: string;
}

/** What is to be published, of which image, and by whom. */
export interface Publication {
  readonly image: string;
  readonly gate: string;
  readonly hasPassed: boolean;
  readonly statement: Statement;
  /** @default - nobody signs it */
  readonly key?: string | undefined;
}

/** What is asked of a registry to publish a statement. */
export type PublishedTo = Pick<Registry, "manifest" | "push" | "referrers" | "copy">;

/** Signs a statement if there is a key, and attaches it to its image, which gets the gate's tag if it has passed. */
export async function publish(
  { image, gate, hasPassed, statement, key }: Publication,
  registry: PublishedTo,
): Promise<Published> {
  const text = textOf(statement);
  const isSigned = key !== undefined;
  const attachment = {
    text: isSigned ? await signed(text, key) : text,
    isSigned,
    predicateType: statement.predicateType,
  };
  const digest = await attach(image, attachment, registry);
  if (!hasPassed) {
    return { statement: digest };
  }
  const tag = gateReference(image, gate);
  await registry.copy(image, tag);
  return { statement: digest, tag };
}
