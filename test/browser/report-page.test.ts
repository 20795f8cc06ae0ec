// Proves how the report's page is in Chromium. It cannot prove other browsers.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { AxeResults } from "axe-core";

import { reportPage } from "../../cli/report/page.ts";
import { releaseReport, type ReportSource } from "../../cli/report/report.ts";
import { BROWSER, provided } from "../../tools/platform/needed-program.ts";

/** What the page says of itself in the browser. */
interface Seen {
  readonly violations: { readonly id: string; readonly targets: string }[];
  readonly checked: string[];
  readonly width: number;
  readonly window: number;
}

const LOOK = `
axe.run().then((results) => {
  const violations = results.violations.map(({ id, nodes }) => ({ id, targets: nodes.map(({ html }) => html).join(" ") }));
  const checked = results.passes.map(({ id }) => id);
  const seen = { violations, checked, width: document.documentElement.scrollWidth, window: innerWidth };
  parent.document.body.innerHTML = "<pre>" + btoa(encodeURIComponent(JSON.stringify(seen))) + "</pre>";
});`;

let folder: string;
let browser: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-report-"));
  browser = await provided(BROWSER);
}, 600_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function page(): string {
  const file = join(import.meta.dirname, "../fixtures/report/failed.json");
  const { outputs, events } = JSON.parse(readFileSync(file, "utf8")) as {
    outputs: Pick<ReportSource, "releases" | "history">;
    events: NonNullable<ReportSource["events"]>;
  };
  const source = { project: "slipway", stack: "dev", ...outputs, events };
  return reportPage(releaseReport(source)).replaceAll("<details >", "<details open>");
}

function look(text: string, width: number, scheme: "dark" | "light"): Seen {
  const axe = readFileSync(
    createRequire(import.meta.filename).resolve("axe-core/axe.min.js"),
    "utf8",
  );
  // The page allows no script, so what looks at it takes that rule out first.
  const open = text.replace(/<meta[^>]*Content-Security-Policy[^>]*>/, "");
  const script = `<script>${axe}</script><script>${LOOK}</script></body>`;
  writeFileSync(
    join(folder, "page.html"),
    open.replace("</body>", () => script),
  );
  // The browser makes no window as narrow as a phone, so the page is looked at in a frame.
  const file = join(folder, "frame.html");
  const frame = `<iframe src="page.html" style="width:${String(width)}px;height:1500px;border:0"></iframe>`;
  writeFileSync(file, `<!doctype html><body>${frame}</body>`);
  const args = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    `--user-data-dir=${join(folder, "profile")}`,
    `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
    "--window-size=1400,1600",
    "--allow-file-access-from-files",
    "--virtual-time-budget=20000",
    "--dump-dom",
    `file://${file}`,
  ];
  const dom = execFileSync(browser, args, { stdio: ["ignore", "pipe", "ignore"] }).toString();
  const [, told] = /<pre>([\w+/=]+)<\/pre>/.exec(dom) ?? [];
  if (told === undefined) {
    throw new Error(`the page did not say how it is:\n${dom.slice(0, 500)}`);
  }
  return JSON.parse(decodeURIComponent(atob(told))) as Seen;
}

test.each([
  ["a phone in the dark", 390, "dark"],
  ["a desk in the light", 1280, "light"],
] as const)(
  "on %s it breaks no rule of access, contrast among them, and is not wider than the window",
  (_, width, scheme) => {
    const seen = look(page(), width, scheme);
    expect(seen.violations).toEqual([]);
    expect(seen.checked).toEqual(
      expect.arrayContaining(["color-contrast", "landmark-one-main", "page-has-heading-one"]),
    );
    expect(seen.window).toBe(width);
    expect(seen.width).toBeLessThanOrEqual(seen.window);
  },
  60_000,
);

test("the look itself sees what is wrong", () => {
  const grey = page().replace("--quiet: #57606a", "--quiet: #c9d1d9");
  const { violations } = look(grey, 1280, "light");
  expect(violations.map(({ id }) => id)).toContain(
    "color-contrast" satisfies AxeResults["violations"][0]["id"],
  );
}, 60_000);
