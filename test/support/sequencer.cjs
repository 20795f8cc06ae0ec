const { default: Sequencer } = require("@jest/test-sequencer");

const ORDER = ["unit", "jenkins", "browser", "platform", "plugins", "e2e", "official"];
const place = (test) => ORDER.indexOf(test.context.config.displayName.name);

/** The quick suites first, so that a plain mistake is seen before the cluster is asked; last what is built meanwhile. */
module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => place(a) - place(b) || a.path.localeCompare(b.path));
  }
};
