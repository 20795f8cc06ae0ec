import { isDigest } from "../../contract/image-reference.ts";

/** What is asked of a registry to find what belongs to an image. */
export interface Look {
  /** The digest of an image, undefined where the registry does not have it. */
  digest(reference: string): Promise<string | undefined>;
  /** A manifest, undefined where the registry does not have it. */
  manifest(reference: string): Promise<Manifest | undefined>;
  /** Digests of what names a digest as its subject, undefined where the registry keeps no list. */
  referrers(repository: string, digest: string): Promise<string[] | undefined>;
}

/** What is read of a manifest: an index has others. */
export interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
}

/** The tags by which cosign keeps signatures, attestations and bills of materials beside an image. */
const SUFFIXES = [".sig", ".att", ".sbom"];

/**
 * What lies beside an image and is about it: signatures, attestations, bills of materials. An index has them for each of its
 * images, too.
 *
 * @returns references in the image's repository
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
export async function attachedTo(image: string, look: Look): Promise<string[]> {
  const at = image.indexOf("@");
  const repository = image.slice(0, at);
  const waiting = [image.slice(at + 1), ...digestsIn(await look.manifest(image))];
  const seen = new Set(waiting);
  const attached: string[] = [];
  for (const subject of waiting) {
    if (!isDigest(subject)) {
      throw new Error("the registry lists what is no digest");
    }
    attached.push(...(await tagsOf(repository, subject, look)));
    const found = await referrersOf(repository, subject, look);
    const referrers = found.filter((each) => !seen.has(each));
    for (const referrer of referrers) {
      seen.add(referrer);
    }
    attached.push(...referrers.map((referrer) => `${repository}@${referrer}`));
    // A signature may be one of an attestation.
    waiting.push(...referrers);
  }
  return attached;
}

async function tagsOf(repository: string, digest: string, look: Look): Promise<string[]> {
  const tags = SUFFIXES.map((suffix) => `${repository}:${tagOf(digest)}${suffix}`);
  const found = await Promise.all(tags.map((tag) => look.digest(tag)));
  return tags.filter((_, index) => found[index] !== undefined);
}

/** A registry that keeps no list has one under a tag, from whoever attached something. */
async function referrersOf(repository: string, digest: string, look: Look): Promise<string[]> {
  const listed = await look.referrers(repository, digest);
  if (listed !== undefined) {
    return listed;
  }
  return digestsIn(await look.manifest(`${repository}:${tagOf(digest)}`));
}

function digestsIn({ manifests = [] }: Manifest = {}): string[] {
  return manifests.map((manifest) => manifest.digest);
}

function tagOf(digest: string): string {
  return digest.replace(":", "-");
}
