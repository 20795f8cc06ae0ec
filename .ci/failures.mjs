// Prints each failed test of a report of jest in a few lines: of a long log only the end may be kept.
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const LINES = 14;
const CHARACTERS = 1000;

/** What has gone wrong: what the engine says under its own heading, before all outputs; otherwise the end, before the stack. */
function essenceOf(message) {
  const [text] = stripVTControlCharacters(message).split(/\n\s+at /);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const heading = lines.findLastIndex((line) => line.trim() === "Diagnostics:");
  return heading < 0
    ? lines.slice(-LINES).join("\n").slice(-CHARACTERS)
    : lines
        .slice(heading, heading + LINES)
        .join("\n")
        .slice(0, CHARACTERS);
}

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { name, message, assertionResults, status } of testResults) {
  const file = name.replace(/^.*\/(test\/)/, "$1");
  const failed = assertionResults.filter((each) => each.status === "failed");
  for (const { fullName, failureMessages } of failed) {
    console.log(`--- ${file}: ${fullName}\n${essenceOf(failureMessages.join("\n"))}`);
  }
  if (failed.length === 0 && status === "failed") {
    console.log(`--- ${file}\n${essenceOf(message)}`);
  }
}
