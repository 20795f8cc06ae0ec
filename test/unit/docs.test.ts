// Proves that the docs hang together. It cannot prove that they are true: the tests of what they describe do.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const CHECKOUT = join(import.meta.dirname, "../..");
const INDEX = "docs/README.md";
const SKIPPED = new Set(["node_modules", ".git", "dist"]);

function pages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return SKIPPED.has(entry.name) ? [] : pages(path);
    }
    return entry.name.endsWith(".md") ? [relative(CHECKOUT, path)] : [];
  });
}

function read(page: string): string {
  return readFileSync(join(CHECKOUT, page), "utf8");
}

/** In a block of code brackets are no links, and a # is no heading. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, "");
}

/** The relative targets of a page's links and pictures, from the checkout's folder on. */
function targetsOf(page: string, text = read(page)): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) {
      return [];
    }
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : relative(CHECKOUT, resolve(CHECKOUT, dirname(page), path));
    return [anchor === undefined ? file : `${file}#${anchor}`];
  });
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string, level = /^#+ +(.+)$/gm): string[] {
  const counts = new Map<string, number>();
  return [...withoutBlocks(read(page)).matchAll(level)].map(([, heading = ""]) => {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = text.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${String(count)}`;
  });
}

function isBroken(target: string): boolean {
  const [file = "", anchor] = target.split("#");
  return (
    !existsSync(join(CHECKOUT, file)) ||
    (anchor !== undefined && !(file.endsWith(".md") && anchorsOf(file).includes(anchor)))
  );
}

const all = pages(CHECKOUT);

test.each(all)("every relative link and anchor of %s leads somewhere", (page) => {
  expect(targetsOf(page).filter(isBroken)).toEqual([]);
});

test("a link to a page or a heading that does not exist is found", () => {
  const text =
    "[a](gone.md) [b](cli.md#gone) ![c](images/gone.png) [d](#rollback) [e](../bench) `[f](gone.md)`";
  expect(targetsOf("docs/cli.md", text).filter(isBroken)).toEqual([
    "docs/gone.md",
    "docs/cli.md#gone",
    "docs/images/gone.png",
  ]);
});

test("the index by question leads to every page in docs/, and to every section of it", () => {
  const linked = targetsOf(INDEX);
  const wanted = all
    .filter((page) => page.startsWith("docs/") && page !== INDEX)
    .flatMap((page) => {
      const sections = page.includes("decisions/") ? [] : anchorsOf(page, /^## +(.+)$/gm);
      return [page, ...sections.map((anchor) => `${page}#${anchor}`)];
    });
  const files = linked.map((target) => target.split("#")[0]);
  const missing = wanted.filter((target) => !linked.includes(target) && !files.includes(target));
  expect(wanted.length).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});

/** What the security page says of a sentence: the test that would fail without it. */
function proofsOf(text: string): readonly { readonly file: string; readonly title: string }[] {
  const rows = text.matchAll(/^\| [^|]+ \| `([\w/-]+)`: (.+) \|$/gm);
  return [...rows].map(([, file = "", title = ""]) => ({ file: `test/${file}.test.ts`, title }));
}

function isProof({ file, title }: { readonly file: string; readonly title: string }): boolean {
  return existsSync(join(CHECKOUT, file)) && read(file).includes(`"${title}"`);
}

test("each sentence of the security page has a test of this title", () => {
  const proofs = proofsOf(read("docs/security.md"));
  expect(proofs.length).toBeGreaterThan(25);
  expect(proofs.filter((proof) => !isProof(proof))).toEqual([]);
});

test("a sentence whose test is gone is found", () => {
  const [proof] = proofsOf("| A lane does nothing | `e2e/lanes`: does nothing at all |");
  expect(proof && isProof(proof)).toBe(false);
});
