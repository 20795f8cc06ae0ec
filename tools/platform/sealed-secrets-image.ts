import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sealedSecretsProgram } from "../go/sealed-secrets";
import { docker } from "./docker";
import { sealedSecretsImage } from "./images";
import { registryDigest } from "./registry-digest";

const recipe = join(__dirname, "images/sealed-secrets.Dockerfile");

/** Puts the image of the Sealed Secrets controller, which is one static program, into the registry. */
export async function ensureSealedSecretsImage(): Promise<void> {
  if (await registryDigest(sealedSecretsImage)) return;
  const context = mkdtempSync(join(tmpdir(), "slipway-sealed-secrets-"));
  try {
    copyFileSync(recipe, join(context, "Dockerfile"));
    copyFileSync(sealedSecretsProgram("controller"), join(context, "controller"));
    await docker("build", "--quiet", "--tag", sealedSecretsImage, context);
    await docker("push", "--quiet", sealedSecretsImage);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
