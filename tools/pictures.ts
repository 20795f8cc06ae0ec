import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { reportPage } from "../cli/report/page.ts";
import { releaseReport, type ReportSource } from "../cli/report/report.ts";
import { BROWSER, provided } from "./platform/needed-program.ts";

const CHECKOUT = join(import.meta.dirname, "..");
/** Recorded releases, each a picture of the same name. */
const RECORDED = ["failed", "ready"];
const SERVICE = "shop";
const WIDTH = 960;
/** Pixels for each of the page's, so that text stays sharp on a fine screen. */
const SCALE = 2;

/** Renders the report's page of recorded releases for the README: what `npm run pictures` runs. */
async function pictures(): Promise<void> {
  const browser = await provided(BROWSER);
  const folder = await mkdtemp(join(tmpdir(), "slipway-pictures-"));
  try {
    for (const name of RECORDED) {
      const target = join(CHECKOUT, "docs/images", `report-${name}.png`);
      await render(browser, folder, await recordedPage(name), target);
      console.log(`wrote ${target}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recordedPage(name: string): Promise<string> {
  const file = join(CHECKOUT, "test/fixtures/report", `${name}.json`);
  const { outputs, events } = JSON.parse(await readFile(file, "utf8")) as {
    readonly outputs: Pick<ReportSource, "releases" | "history">;
    readonly events: NonNullable<ReportSource["events"]>;
  };
  const releases = only(outputs.releases);
  return reportPage(
    releaseReport({
      project: "slipway",
      stack: "dev",
      releases,
      history: only(outputs.history ?? {}),
      events,
    }),
  );
}

/** One service fills a picture. */
function only<T>(services: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(services).filter(([name]) => name === SERVICE));
}

async function render(browser: string, folder: string, page: string, target: string) {
  const file = join(folder, "page.html");
  const dumped = await chromium(browser, folder, measured(page), file, ["--dump-dom"]);
  const height = Number(/<title>(\d+)<\/title>/.exec(dumped)?.[1]);
  await chromium(browser, folder, page, file, [
    `--window-size=${WIDTH},${height}`,
    `--force-device-scale-factor=${SCALE}`,
    "--hide-scrollbars",
    `--screenshot=${target}`,
  ]);
}

async function chromium(
  browser: string,
  folder: string,
  page: string,
  file: string,
  options: string[],
): Promise<string> {
  await writeFile(file, page);
  const { stdout } = await execa(browser, [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    `--user-data-dir=${join(folder, "profile")}`,
    "--blink-settings=preferredColorScheme=1",
    `--window-size=${WIDTH},600`,
    ...options,
    `file://${file}`,
  ]);
  return stdout;
}

/** The page with its own height as its title. It allows no script, so that rule goes first. */
function measured(page: string): string {
  const script =
    "<script>document.title = String(Math.ceil(document.body.getBoundingClientRect().height));</script></body>";
  return page
    .replace(/<meta[^>]*Content-Security-Policy[^>]*>/, "")
    .replace("</body>", () => script);
}

pictures().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
