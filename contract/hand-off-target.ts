import { isRepository } from "./image-reference.ts";

/** Addresses that git understands, and that run no program on the way. A password in one would be in an argument list. */
const GIT_ADDRESS =
  /^(?:(?:ssh|https?|git|file):\/\/(?:[\w.~-]+@)?(?!-)[^\s@?#]+|[\w.~-]+@[\w.-]+:(?!-)[^\s@]+)$/;

/** As `git check-ref-format --branch` takes it, and no option. */
const BRANCH = /^(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_][\w./+@-]{0,199}(?<![./])$/;

/** Below the root of a repository, without `..`, and nothing that is hidden or git's own. */
const FOLDER = /^[\w-][\w.-]{0,99}(?:\/[\w-][\w.-]{0,99}){0,9}$/;

const TAG = /^\w[\w.-]{0,127}$/;
const OCI = "oci://";

/** Who applies what is handed off: an Application of Argo CD, or a Kustomization of Flux. */
export type HandOffController =
  | { readonly argocd: { readonly namespace: string; readonly application: string } }
  | { readonly flux: { readonly namespace: string; readonly kustomization: string } };

/** What the address of a repository may be, for messages. */
export const GIT_ADDRESS_FORM =
  "the address of a git repository, such as ssh://git@git.example.com/deploy.git, without a password";

/** What a folder of desired state may be, for messages. */
export const FOLDER_FORM =
  "a folder of the repository, such as shop-prod: letters, digits, -, _ and . with / between, none of them hidden";

/** What the address of an artifact may be, for messages. */
export const ARTIFACT_FORM = "oci://repository or oci://repository:tag";

/** Whether git may be asked for it. */
export function isGitAddress(address: string): boolean {
  return GIT_ADDRESS.test(address);
}

/** Whether it names a branch. */
export function isBranch(branch: string): boolean {
  return BRANCH.test(branch);
}

/** Whether it is a folder that desired state may be written to. */
export function isFolder(path: string): boolean {
  return FOLDER.test(path);
}

/** Whether it is the address of an artifact. */
export function isArtifact(oci: string): boolean {
  const { repository, tag } = artifactOf(oci);
  return isRepository(repository) && TAG.test(tag);
}

/** Repository and tag of an artifact's address; without a tag it is `latest`. */
export function artifactOf(oci: string): { readonly repository: string; readonly tag: string } {
  const rest = oci.startsWith(OCI) ? oci.slice(OCI.length) : "";
  const colon = /:([^:/]*)$/.exec(rest);
  return colon === null
    ? { repository: rest, tag: "latest" }
    : { repository: rest.slice(0, colon.index), tag: colon[1] ?? "" };
}
