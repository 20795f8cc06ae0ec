import { Program } from "../../testbed/program.ts";
import { officialHome } from "../../tools/plugins/official-home.ts";
import { moved } from "../by-hand.ts";
import type { Manifest } from "../manifests.ts";
import type { PeerSeconds } from "./peers.ts";

/** Has the provider not wait, because Slipway does. */
const SKIP_AWAIT = "pulumi.com/skipAwait";

/** All objects of the program's list; the first one is the namespace of the others. */
const DECLARE = `
const made = [];
for (const manifest of manifests) {
  const [version, group = "core"] = manifest.apiVersion.split("/").reverse();
  const Kind = k8s[group.split(".")[0]][version][manifest.kind];
  made.push(new Kind(manifest.kind, manifest, { ...on, dependsOn: made.slice(0, 1) }));
}`;

/** What `pulumi up` takes for a service without Slipway: a program of a few lines, and the official Kubernetes provider's own wait. */
export class PulumiAlone {
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
  }

  /** Builds the provider where it was not built yet. */
  static async create(report: (line: string) => void): Promise<PulumiAlone> {
    return new PulumiAlone(await officialHome(report));
  }

  /** Deploys the objects into a namespace of their own, and takes them away; a failure is a figure, too. */
  async deploy(manifests: readonly Manifest[], cause: RegExp): Promise<PeerSeconds> {
    const program = await Program.create("alone", { PULUMI_HOME: this.#home });
    try {
      const pods = manifests.find(({ kind }) => kind === "Deployment")?.spec?.template?.spec;
      const image = pods?.containers?.[0]?.image ?? "";
      const own = manifests.map((manifest) => awaited(moved(manifest, program.namespace, image)));
      await program.write(`const manifests = ${JSON.stringify(own)};\n${DECLARE}`);
      const startedAt = performance.now();
      const { output } = await program.up();
      const seconds = (performance.now() - startedAt) / 1000;
      return { seconds, named: cause.test(output) };
    } finally {
      await program.dispose();
    }
  }
}

function awaited(manifest: Manifest): Manifest {
  const { annotations = {}, ...metadata } = manifest.metadata;
  const others = Object.entries(annotations).filter(([key]) => key !== SKIP_AWAIT);
  return { ...manifest, metadata: { ...metadata, annotations: Object.fromEntries(others) } };
}
