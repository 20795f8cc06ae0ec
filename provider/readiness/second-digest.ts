import { digestOf, repositoryOf } from "../../contract/image-reference.ts";
import { messageOf } from "../cluster/api-error.ts";
import type { Registry } from "../registry/registry.ts";
import type { ProvedPod } from "../verdict/finding.ts";

/** What a registry knows of it is a remark: the verdict does not wait long for it. */
const MILLISECONDS = 5000;

/** What a manifest or an index says of the image. */
interface Manifest {
  readonly config?: { readonly digest?: string };
  readonly manifests?: readonly { readonly digest?: string }[];
}

/**
 * What there is to say of a ready release that a node reports under a digest other than the released one. It is no
 * fault: the pods are pinned to the released digest. The registry says whether both are one image.
 * @returns undefined where the nodes report the released one
 */
export async function secondDigest(
  { service, image }: { readonly service: string; readonly image: string },
  pods: readonly ProvedPod[],
  registry: Pick<Registry, "manifest">,
): Promise<string | undefined> {
  const other = pods.find(({ imageID }) => digestOf(imageID) !== digestOf(image))?.imageID;
  if (other === undefined) {
    return undefined;
  }
  const said = `${service}: the node reports ${other} for ${image}`;
  return `${said}; ${await relation(image, other, registry)}`;
}

const PINNED = "the pods are pinned to the released digest, which the node's runtime has verified";

async function relation(
  image: string,
  other: string,
  registry: Pick<Registry, "manifest">,
): Promise<string> {
  try {
    const [released, reported] = await Promise.all(
      [image, `${repositoryOf(image)}@${digestOf(other) ?? ""}`].map((reference) =>
        contentOf(reference, registry),
      ),
    );
    return released?.some((digest) => reported?.includes(digest)) === true
      ? "by the registry both are one image, which the node has under two digests"
      : `by the registry these are two images; ${PINNED}`;
  } catch (error) {
    return `${PINNED} (the registry was asked whether both are one image: ${messageOf(error)})`;
  }
}

/** The digests by which an image can be known: its own, its configuration's, and those of the manifests that it lists. */
async function contentOf(
  reference: string,
  registry: Pick<Registry, "manifest">,
): Promise<string[]> {
  const limit = AbortSignal.timeout(MILLISECONDS);
  const found = await registry.manifest(reference, limit);
  if (found === undefined) {
    throw new Error(`it does not have ${reference}`);
  }
  const { config, manifests = [] } = JSON.parse(found) as Manifest;
  return [digestOf(reference), config?.digest, ...manifests.map(({ digest }) => digest)].flatMap(
    (digest) => digest ?? [],
  );
}
