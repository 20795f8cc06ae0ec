const { relative } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");
const { buildAhead, programsOf } = require("./builds-ahead.cjs");

const ORDER = [
  "unit",
  "jenkins",
  "browser",
  "platform",
  "plugins",
  "e2e",
  "official",
  "official-plugins",
  "extended",
  "scanners",
];

/** As `<project> <path>`. */
function titleOf({ path, context: { config } }) {
  return `${config.displayName.name} ${relative(config.rootDir, path)}`;
}

/** Later than others of its project if it needs what may still be built. */
function placeOf(test) {
  const project = ORDER.indexOf(test.context.config.displayName.name);
  return 2 * project + Math.min(programsOf([titleOf(test)]).length, 1);
}

/** The quick suites first, so that a plain mistake is seen before the cluster is asked. */
module.exports = class extends Sequencer {
  sort(tests) {
    buildAhead(tests.map(titleOf));
    return [...tests].sort((a, b) => placeOf(a) - placeOf(b) || a.path.localeCompare(b.path));
  }
};
