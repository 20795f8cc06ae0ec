const { homedir } = require("node:os");
const { join } = require("node:path");

const { officialHome } = require("../../tools/plugins/official-home.ts");

/**
 * Runs before each file whose runs of pulumi are to have the official Kubernetes provider. It waits for the build, which
 * began when the tests did, and fails if there is none.
 */
module.exports = async () => {
  const { env } = process;
  env["SLIPWAY_TEST_INSTALLED_HOME"] = env["PULUMI_HOME"] || join(homedir(), ".pulumi");
  env["PULUMI_HOME"] = await officialHome(() => undefined);
};
