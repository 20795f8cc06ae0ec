import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import {
  changeModule,
  type ChangedModule,
  publishedModule,
  withOverlay,
} from "./changed-module.ts";

const VERSION = "v1.7.3";

const SOURCE: ChangedModule = {
  path: "github.com/fluxcd/source-controller",
  version: VERSION,
  tool: "flux",
  name: "source-controller",
  parts: [
    "internal/controller/artifact.go",
    "internal/controller/gitrepository_controller.go",
    "internal/controller/ocirepository_controller.go",
    "internal/controller/source_predicate.go",
    "internal/oci/auth.go",
    "internal/oci/verifier.go",
    ...["error", "features", "object", "reconcile", "util"].map((folder) => `internal/${folder}`),
  ],
};

const KUSTOMIZE: ChangedModule = {
  path: "github.com/fluxcd/kustomize-controller",
  version: VERSION,
  tool: "flux",
  name: "kustomize-controller",
  parts: ["main.go", "internal/controller", "internal/features", "internal/inventory"],
};

const AUTH: ChangedModule = {
  path: "github.com/fluxcd/pkg/auth",
  version: "v0.33.0",
  tool: "flux",
  name: "auth",
  parts: ["."],
};

const CLOUDS = ["aws", "azure", "gcp"];

/** What reads an image's pull secrets, with the clouds' own ways to sign in and without. */
const CLOUDS_KEYCHAIN = '"github.com/google/go-containerregistry/pkg/authn/k8schain"';
const KEYCHAIN = 'k8schain "github.com/google/go-containerregistry/pkg/authn/kubernetes"';

/** Only verifying an artifact's signature needs these. */
const VERIFIERS =
  /^\t(?:\w+ )?"(?:encoding\/json|github\.com\/notaryproject\/notation-go\/\S+|github\.com\/sigstore\/cosign\/\S+|github\.com\/fluxcd\/source-controller\/internal\/oci\/\w+)"\n/gm;
const VERIFY =
  /^(?<head>func \(r \*OCIRepositoryReconciler\) verifySignature\([\s\S]*?\{\n)[\s\S]*?^\}$/m;
const VERIFIES_NONE =
  '\treturn soci.VerificationResultFailed, errors.New("this build verifies no signatures")\n}';

/**
 * Flux's source controller, for Git repositories and OCI artifacts, and its kustomize controller. The libraries of all the clouds,
 * of Helm, of SOPS and of what signs artifacts would make most of the build, so what calls them is replaced.
 */
export const flux = {
  version: VERSION,
  module: "flux",
  variables: {},
  gibibytes: 3,
  files: [
    // What it changes of the modules stands here.
    "../flux.ts",
    ...[SOURCE, KUSTOMIZE, AUTH].map(({ name }) => `overlay/${name}/go.mod`),
    "overlay/source-controller/main.go",
    "overlay/kustomize-controller/internal/decryptor/decryptor.go",
    "overlay/auth/utils/git.go",
    "overlay/auth/utils/provider.go",
  ],
  prepare: prepareFlux,
} satisfies GoTools & { readonly version: string };

/** Path of one of its controllers, once it is built. */
export function fluxProgram(name: "source-controller" | "kustomize-controller"): string {
  return join(builtFolder(flux), name);
}

/** Paths of the files that define its kinds. */
export async function fluxKinds(): Promise<readonly string[]> {
  const folders = await Promise.all([SOURCE, KUSTOMIZE].map(publishedModule));
  return folders.flatMap((folder) => {
    const kinds = join(folder, "config/crd/bases");
    return readdirSync(kinds).map((file) => join(kinds, file));
  });
}

async function prepareFlux(): Promise<void> {
  await changeModule(SOURCE, (copy) => {
    withoutTests(copy);
    verifyNothing(join(copy, "internal/controller/ocirepository_controller.go"));
    withOverlay(SOURCE)(copy);
  });
  await changeModule(KUSTOMIZE, (copy) => {
    withoutTests(copy);
    withOverlay(KUSTOMIZE)(copy);
  });
  await changeModule(AUTH, (copy) => {
    withoutTests(copy);
    for (const cloud of CLOUDS) {
      rmSync(join(copy, cloud), { recursive: true });
    }
    withOverlay(AUTH)(copy);
  });
}

function verifyNothing(file: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(CLOUDS_KEYCHAIN) || !VERIFY.test(text)) {
    throw new Error(`source-controller ${VERSION} has nothing in ${file} to be changed`);
  }
  const changed = text
    .replace(CLOUDS_KEYCHAIN, KEYCHAIN)
    .replace(VERIFY, `$<head>${VERIFIES_NONE}`)
    .replace(VERIFIERS, "");
  writeFileSync(file, changed);
}

/** What only tests need would be required as well; and whoever checks what is below this checkout would check these pages. */
function withoutTests(copy: string): void {
  const files = readdirSync(copy, { recursive: true, encoding: "utf8" });
  const unwanted = files.filter((name) => /(?:_test\.go|\.md)$|(?:^|\/)testdata$/.test(name));
  for (const name of unwanted) {
    rmSync(join(copy, name), { recursive: true, force: true });
  }
}
