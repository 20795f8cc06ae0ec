import { officialHome } from "../../tools/plugins/official-home.ts";
import { kubernetesPlugin } from "./kubernetes-plugin.ts";

/** What Jest says of a file of tests. */
interface TestedFile {
  readonly path: string;
  readonly context: { readonly config: { readonly displayName?: { readonly name: string } } };
}

interface FileResult {
  readonly numPassingTests: number;
  readonly numFailingTests: number;
  /** The file ended before its tests. */
  readonly testExecError?: unknown;
}

/** Tests of one kind with one plugin. */
interface Count {
  passed: number;
  failed: number;
}

/** Where the projects whose tests run pulumi have their plugins from. */
const HOME_OF: Readonly<Record<string, "installed" | "official">> = {
  plugins: "installed",
  e2e: "installed",
  extended: "installed",
  official: "official",
  "official-plugins": "official",
};

const KINDS = { plugins: "plugin tests", e2e: "stories" } as const;
type Kind = keyof typeof KINDS;

/** Prints at the end how many tests passed with which Kubernetes plugin. */
export default class PluginReporter {
  readonly #counts = new Map<string, Record<Kind, Count>>();

  onTestResult({ path, context }: TestedFile, result: FileResult): void {
    const home = HOME_OF[context.config.displayName?.name ?? ""];
    if (home === undefined) {
      return;
    }
    const counts = this.#counts.get(home) ?? { plugins: none(), e2e: none() };
    this.#counts.set(home, counts);
    const count = counts[path.includes("/test/plugins/") ? "plugins" : "e2e"];
    count.passed += result.numPassingTests;
    count.failed += result.numFailingTests + (result.testExecError === undefined ? 0 : 1);
  }

  async onRunComplete(): Promise<void> {
    for (const [home, counts] of this.#counts) {
      const folder = home === "official" ? await officialHome(() => undefined) : undefined;
      const { origin, version } = await kubernetesPlugin(folder);
      const words = Object.entries(KINDS).map(([kind, noun]) =>
        inWords(counts[kind as Kind], noun),
      );
      console.log(`Kubernetes provider, ${origin} ${version}: ${words.join(", ")}`);
    }
  }
}

function none(): Count {
  return { passed: 0, failed: 0 };
}

function inWords({ passed, failed }: Count, noun: string): string {
  return `${passed} ${noun} passed${failed === 0 ? "" : ` and ${failed} failed`}`;
}
