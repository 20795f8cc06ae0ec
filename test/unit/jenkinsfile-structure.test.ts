// Proves how the Jenkinsfile is written; what it does is proved by test/jenkins, and by a real Jenkins.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Language, type Node, Parser } from "web-tree-sitter";

const CHECKOUT = join(import.meta.dirname, "../..");
const TEXT = readFileSync(join(CHECKOUT, "jenkins/Jenkinsfile"), "utf8");

let parser: Parser;
beforeAll(async () => {
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(
    await Language.load(join(CHECKOUT, "node_modules/tree-sitter-groovy/tree-sitter-groovy.wasm")),
  );
});

function parsed(text: string): Node {
  const tree = parser.parse(text);
  if (tree === null) {
    throw new Error("nothing was parsed");
  }
  return tree.rootNode;
}

function all(node: Node, is: (node: Node) => boolean): Node[] {
  return [...(is(node) ? [node] : []), ...node.children.flatMap((child) => all(child, is))];
}

/** The texts that calls of a step begin with. */
function callsOf(root: Node, step: string): string[] {
  const calls = all(
    root,
    ({ text, namedChildCount }) => namedChildCount > 0 && new RegExp(`^${step}[ (]`).test(text),
  );
  const starts = new Map(calls.map((call) => [call.startIndex, call.text.split("\n")[0] ?? ""]));
  return [...starts.values()];
}

test("it is Groovy, and a file that is not is seen", () => {
  expect(parsed(TEXT).hasError).toBe(false);
  expect(parsed(TEXT.replace("stages {", "stages")).hasError).toBe(true);
});

test("the shell gets its commands as they stand: in single quotes, one script each, that there is", () => {
  const calls = callsOf(parsed(TEXT), "sh");
  expect(calls).toHaveLength(28);
  for (const call of calls) {
    const [, script = ""] =
      /^sh '(jenkins\/scripts\/[a-z-]+\.sh)( (dev|prod( --expect preview-prod\.json)?|"\$ROLLBACK"))?'$/.exec(
        call,
      ) ?? [];
    expect([call, existsSync(join(CHECKOUT, script)) && script !== ""]).toEqual([call, true]);
  }
});

test("there is no logic in it: no script block, no definition, no inline pod", () => {
  expect(TEXT).not.toMatch(/\bscript\s*\{|\bdef\b|\byaml(File)?\s|\bload\b/);
});

test("no credential is bound for more than the one script that needs it, and none as a variable's value", () => {
  const bindings = [...TEXT.matchAll(/withCredentials\(\[(\w+)\(.*\]\)+ \{\n([^}]*)\}/g)];
  expect(bindings).toHaveLength(6);
  for (const [, kind, body = ""] of bindings) {
    expect([kind, body.trim().split("\n").length]).toEqual(["file", 1]);
  }
  expect(TEXT).not.toMatch(/\benvironment\b|= *credentials\(/);
});

test("what a name of a branch or of a parameter holds is never put into Groovy's own strings, but for what no shell reads", () => {
  const doubled = TEXT.split("\n").filter((line) => /"[^"]*\$\{/.test(line));
  expect(doubled.map((line) => line.trim())).toEqual([
    expect.stringMatching(/^input message: "Roll \$\{params\.ROLLBACK\} back\?/),
    'lock(resource: "slipway-${params.ROLLBACK}")',
    'agent { label "slipway-deploy-${params.ROLLBACK}" }',
    expect.stringMatching(
      /^withCredentials\(\[file\(credentialsId: "slipway-passphrase-\$\{params\.ROLLBACK\}", /,
    ),
  ]);
});
