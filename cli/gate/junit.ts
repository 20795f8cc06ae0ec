import type { Findings } from "./findings.ts";

const CDATA = "<![CDATA[";
const CDATA_END = "]]>";
const COMMENT = "<!--";
const COMMENT_END = "-->";
const TEST = "<testcase";
const TEST_END = "</testcase>";

/** What a report of tests in JUnit's form says. It is read from front to end, once. */
export function junitFindings(text: string): Findings {
  const markup = without(without(text, CDATA, CDATA_END), COMMENT, COMMENT_END);
  const tests = markup
    .split(TEST)
    .slice(1)
    .filter((test) => /^[\s/>]/.test(test))
    .map(testIn);
  const of = (end: string) => tests.filter((test) => test.end === end).map(({ name }) => name);
  const [passed, failed, skipped] = [of("passed"), of("failed"), of("skipped")];
  const counts = { passed: passed.length, failed: failed.length, skipped: skipped.length };
  return { kind: "tests", counts, found: [], tests: { passed, failed } };
}

function testIn(text: string): { readonly name: string; readonly end: string } {
  const opening = text.slice(0, endOfTag(text));
  const isEmpty = opening.endsWith("/");
  const body = isEmpty ? "" : (text.slice(opening.length).split(TEST_END, 1)[0] ?? "");
  const end = /<(?:failure|error)[\s/>]/.test(body)
    ? "failed"
    : /<skipped[\s/>]/.test(body)
      ? "skipped"
      : "passed";
  const names = [attributeIn(opening, "classname"), attributeIn(opening, "name")];
  return { name: names.filter((name) => name !== "").join(" "), end };
}

/** Where a tag ends: a value may have the sign that ends it. */
function endOfTag(text: string): number {
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? "";
    if (quote === "" && letter === ">") {
      return index;
    }
    if (letter === '"' || letter === "'") {
      quote = quote === "" ? letter : quote === letter ? "" : quote;
    }
  }
  return text.length;
}

function attributeIn(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found?.[1] ?? found?.[2] ?? "";
}

function without(text: string, from: string, to: string): string {
  const [first = "", ...rest] = text.split(from);
  return (
    first +
    rest
      .map((part) => {
        const end = part.indexOf(to);
        return end < 0 ? "" : part.slice(end + to.length);
      })
      .join("")
  );
}
