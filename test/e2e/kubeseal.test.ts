// Proves against Sealed Secrets' own code, without a cluster; what the running controller opens is in credentials.test.ts.
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";

import { execa } from "execa";

import { labelOf, type SealTarget, seal } from "../../provider/sealing.ts";
import { goBuild } from "../../tools/go/build.ts";
import { sealedSecrets } from "../../tools/go/sealed-secrets.ts";
import { folderWith, removeFolders, write } from "../support/folder.ts";
import { certificateOf, open } from "../support/sealing.ts";

const VALUES = ["", "a value", "grüße\n", "x".repeat(70_000)];
const SCOPES = ["strict", "namespace-wide", "cluster-wide"] as const;
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096 });

let kubeseal: string;
let folder: string;
beforeAll(async () => {
  kubeseal = join(await goBuild(sealedSecrets, () => undefined), "kubeseal");
  folder = folderWith({
    "key.pem": privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    "certificate.pem": await certificateOf(privateKey),
  });
});
afterAll(removeFolders);

const sealedSecret = (place: SealTarget, encryptedData: Record<string, string>): string =>
  JSON.stringify({
    apiVersion: "bitnami.com/v1alpha1",
    kind: "SealedSecret",
    metadata: {
      namespace: place.namespace,
      name: place.name,
      annotations: { [`sealedsecrets.bitnami.com/${place.scope}`]: "true" },
    },
    spec: { encryptedData },
  });
const unseal = (input: string) =>
  execa(kubeseal, ["--recovery-unseal", "--recovery-private-key", "key.pem", "--format=json"], {
    cwd: folder,
    input,
    reject: false,
  });

describe.each(SCOPES)("%s", (scope) => {
  const place = { namespace: "shop", name: "payment", scope };

  test("what Slipway seals, kubeseal opens", async () => {
    const values = VALUES.map((value, index) => [`k${index}`, value] as const);
    const encrypted = values.map(([key, value]) => {
      return [key, seal(Buffer.from(value), publicKey, place)] as const;
    });
    const { stdout, stderr } = await unseal(sealedSecret(place, Object.fromEntries(encrypted)));
    expect(stderr).toBe("");
    const { data } = JSON.parse(stdout) as { data: Record<string, string> };
    for (const [key, value] of values) {
      expect(Buffer.from(data[key] ?? "", "base64").toString()).toBe(value);
    }
  });

  test("what kubeseal seals, Slipway's format opens", async () => {
    for (const value of VALUES) {
      write(folder, "value", value);
      const where = ["--namespace=shop", "--name=payment", `--scope=${scope}`];
      const from = ["--raw", "--cert=certificate.pem", "--from-file=value"];
      const { stdout } = await execa(kubeseal, [...from, ...where], { cwd: folder });
      expect(open(stdout, privateKey, labelOf(place)).toString()).toBe(value);
    }
  });
});

test.each([
  { namespace: "other", name: "payment", scope: "strict" },
  { namespace: "shop", name: "other", scope: "strict" },
  { namespace: "shop", name: "payment", scope: "namespace-wide" },
] as const)("kubeseal refuses what was sealed for shop/payment as %j", async (elsewhere) => {
  const place = { namespace: "shop", name: "payment", scope: "strict" } as const;
  const value = seal(Buffer.from("a value"), publicKey, place);
  expect((await unseal(sealedSecret(place, { k: value }))).exitCode).toBe(0);
  expect((await unseal(sealedSecret(elsewhere, { k: value }))).exitCode).not.toBe(0);
});
