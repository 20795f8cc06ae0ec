const { join, relative } = require("node:path");

const { programsOf } = require("./builds-ahead.cjs");

/**
 * Runs before each file: waits for what it needs and what is still built beside other tests, because no test's time is to be
 * spent on that.
 */
module.exports = async () => {
  const path = relative(join(__dirname, "../.."), expect.getState().testPath);
  const [, project] = path.split("/");
  for (const name of programsOf([`${project} ${path}`])) {
    const { ON_DEMAND } = require("../../tools/go/on-demand.ts");
    await ON_DEMAND[name].make();
  }
};
