/** A statement that somebody has signed, in the form of which cosign 3 keeps it. */
export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A statement that nobody has signed. */
export const UNSIGNED = "application/vnd.in-toto+json";

/** A signed statement as cosign kept it before, under a tag. */
const ENVELOPE = "application/vnd.dsse.envelope.v1+json";

const BUNDLES = "application/vnd.dev.sigstore.bundle";

/** What registries without a list of their own, and clients that keep one for them, say of anything. */
const ANYTHING: ReadonlySet<string> = new Set(["", "application/vnd.oci.empty.v1+json"]);

/** Whether what is attached may be a statement, as far as its type says. */
export function mayBeStatement(artifactType: unknown = ""): boolean {
  return (
    typeof artifactType === "string" && (ANYTHING.has(artifactType) || isStatement(artifactType))
  );
}

/** Whether a part of what is attached is a statement. */
export function isStatement(mediaType: string): boolean {
  return mediaType.startsWith(BUNDLES) || mediaType === UNSIGNED || mediaType === ENVELOPE;
}
