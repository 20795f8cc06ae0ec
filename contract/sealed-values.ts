import { z } from "zod";

import { type Of, texts, word } from "./field.ts";

/** Which Secrets a sealed value may become: this one, any of its namespace, or any at all. */
export const SEALING_SCOPES = ["strict", "namespace-wide", "cluster-wide"] as const;

/** One of {@link SEALING_SCOPES}. */
export type SealingScope = (typeof SEALING_SCOPES)[number];

const place = {
  namespace: word,
  /** Name of the SealedSecret and its Secret. */
  name: word,
  scope: z.enum(SEALING_SCOPES),
};

/** Service of the Sealed Secrets controller. */
export const sealingController = z.object({ namespace: z.string(), name: z.string() }).readonly();

/** Service of the Sealed Secrets controller. */
export type SealingController = z.infer<typeof sealingController>;

const shape = {
  controller: sealingController,
  /**
   * Certificate to seal with, as PEM text.
   * @default - the controller's newest
   */
  certificate: z.string().exactOptional(),
  /** By key of the Secret. They leave the program for Slipway's provider and are kept nowhere. */
  values: texts,
  /**
   * Keys whose values are base64 of what is sealed, because that is binary.
   * @default []
   */
  base64: z.array(z.string()).readonly().exactOptional(),
};

/** Form of {@link SealedValuesInputs}. */
export const sealedValuesInputs = z.object({ ...place, ...shape }).readonly();

/** Inputs of `SealedValues` as the program gives them; `values` goes no further than `check`. */
export type SealedValuesInputs = Of<typeof place> & Of<typeof shape>;

const kept = {
  /** Values of `spec.encryptedData`. */
  encryptedData: texts,
  /** By key, whether the value changed; it says nothing without {@link digestKey}. */
  digests: texts,
  /** What the digests are made with: a secret. */
  digestKey: z.string(),
  /**
   * Keys that a preview has not sealed, because its identity may not have the certificate.
   * @default []
   */
  unsealed: z.array(z.string()).readonly().exactOptional(),
};

/** Form of {@link Sealed}. */
export const sealed = z.object({ ...place, ...kept }).readonly();

/** What is kept of values: ciphertext, and what shows a changed value. */
export type Sealed = Of<typeof place> & Of<typeof kept>;

/** Outputs of `SealedValues`. */
export type SealedValuesOutputs = Omit<Of<typeof kept>, "unsealed"> & {
  /** The same as `digests`, for all values together. */
  readonly digest: string;
};
