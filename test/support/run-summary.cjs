const { relative } = require("node:path");

const SLOWEST = 10;

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(0)} s`;

/** What a file came to, e.g. `{ project: "unit", path: "test/unit/mask.test.ts", milliseconds: 812, passed: 40, … }`. */
function fileOf({ path, context: { config } }, result) {
  const { perfStats, numPassingTests, numFailingTests } = result;
  return {
    project: config.displayName.name,
    path: relative(config.rootDir, path),
    milliseconds: perfStats.end - perfStats.start,
    passed: numPassingTests,
    // A file that could not be run has no test that failed.
    failed: numFailingTests || (result.testExecError === undefined ? 0 : 1),
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/** One line for each project, and one for each of the slowest files. */
function summaryOf(files) {
  const sum = (some, field) => some.reduce((total, file) => total + file[field], 0);
  const projects = Object.entries(Object.groupBy(files, ({ project }) => project)).map(
    ([project, own]) => {
      const counts = ["passed", "failed", "skipped"].map((field) => `${sum(own, field)} ${field}`);
      return [project, `${own.length} files`, ...counts, seconds(sum(own, "milliseconds"))];
    },
  );
  const slowest = [...files].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  return [
    "Projects, with the time of their files:",
    ...aligned(projects),
    `Slowest files:`,
    ...aligned(slowest.map((file) => [seconds(file.milliseconds), `${file.project} ${file.path}`])),
  ];
}

function aligned(rows) {
  const width = (column) => Math.max(...rows.map((row) => row[column].length));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd(),
  );
}

/** Why a run in which all passed is none: a test that is skipped is thought to have passed. */
function skippedProblem(files) {
  const skipped = files.filter((file) => file.skipped > 0).map(({ path }) => path);
  return skipped.length === 0
    ? undefined
    : `tests were skipped in ${skipped.join(", ")}; allowed: none, but by --testNamePattern; have them run, or delete them`;
}

/** Says at the end of a run of jest where the time went, and how many tests of each project passed; fails it where some were skipped. */
module.exports = class {
  files = [];

  constructor({ testNamePattern }) {
    this.isPart = Boolean(testNamePattern);
  }

  onTestFileResult(test, result) {
    this.files.push(fileOf(test, result));
  }

  onRunComplete() {
    if (this.files.length > 1) {
      process.stderr.write(`\n${summaryOf(this.files).join("\n")}\n`);
    }
    this.problem = this.isPart ? undefined : skippedProblem(this.files);
    if (this.problem !== undefined) {
      process.stderr.write(`\n${this.problem}\n`);
    }
  }

  /** Has jest end with 1. */
  getLastError() {
    return this.problem === undefined ? undefined : new Error(this.problem);
  }
};
Object.assign(module.exports, { skippedProblem, summaryOf });
