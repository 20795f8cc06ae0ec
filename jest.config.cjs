const swc = [
  "@swc/jest",
  { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
];

const project = (name, options = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform: { "^.+\\.ts$": swc },
  restoreMocks: true,
  ...options,
});

/** Suites on the real cluster: the platform is brought up before them, and a story takes its time. */
const real = {
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  setupFiles: ["<rootDir>/test/support/patience.cjs"],
  setupFilesAfterEnv: ["<rootDir>/test/support/builds-awaited.cjs"],
};

const official = {
  ...real,
  setupFiles: [...real.setupFiles, "<rootDir>/test/support/official-home.cjs"],
};

/** Stories that run with the official provider: the heart of the promise, and what depends on the provider most. */
const withOfficial = [
  "first-release",
  "failed-release",
  "rollback",
  "rolling-update",
  "preview",
  "drift",
  "two-services",
  "credentials",
  "lanes",
  "promotion-copy",
  "killed-wait",
  "kinds",
];

/**
 * What a change has no time to wait for on a new machine: neighbours of stories that `e2e` tells, and what needs a controller that
 * nothing else does.
 */
const extended = [
  "platform/life",
  "platform/sealing-key",
  "e2e/agent-pods",
  "e2e/autoscaler-change",
  "e2e/credential-of-another-stack",
  "e2e/environments",
  "e2e/exceptions",
  "e2e/external-secrets",
  "e2e/faulty-watches",
  "e2e/hand-off-flux",
  "e2e/hand-off-lanes",
  "e2e/hand-off-routes",
  "e2e/killed-apply",
  "e2e/killed-build",
  "e2e/killed-rollback",
  "e2e/lane-policies",
  "e2e/lost-image",
  "e2e/many-services",
  "e2e/network",
  "e2e/other-kinds",
  "e2e/own-manifests-chart",
  "e2e/own-manifests-kustomization",
  "e2e/policy-proof",
  "e2e/real-services-mastodon",
  "e2e/recover",
  "e2e/restart",
  "e2e/rollback-failed",
  "e2e/rollback-revert",
  "e2e/rollback-scaled",
  "e2e/rollback-second-up",
  "e2e/settle",
  "e2e/several-services",
  "e2e/steps",
  "e2e/steps-route",
  "e2e/steps-trouble",
  "e2e/verify-state",
  "e2e/volumes",
];

const story = (name) => `<rootDir>/test/e2e/${name}.test.ts`;
const file = (path) => `<rootDir>/test/${path}.test.ts`;

module.exports = {
  // Stories mostly wait for the cluster; more of them at a time would wait for the processors.
  maxWorkers: 2,
  // Nothing is proved by how quick it is: a machine may be busy.
  testTimeout: 30_000,
  testSequencer: "<rootDir>/test/support/sequencer.cjs",
  reporters: [
    "default",
    "<rootDir>/test/support/run-summary.cjs",
    "<rootDir>/test/support/plugin-reporter.ts",
  ],
  projects: [
    project("unit"),
    project("jenkins"),
    project("browser"),
    project("platform", { ...real, testPathIgnorePatterns: extended.map(file) }),
    project("plugins", real),
    project("e2e", {
      ...real,
      testPathIgnorePatterns: [...withOfficial.map(story), ...extended.map(file)],
    }),
    project("extended", { ...real, testMatch: extended.map(file) }),
    // Its scanners take ten minutes of a processor to compile, so that it is a project of its own.
    project("scanners", real),
    project("official", {
      testMatch: ["<rootDir>/test/official/*.test.ts", ...withOfficial.map(story)],
      ...official,
    }),
    // The version is pinned: how the official plugin behaves changes only with it.
    project("official-plugins", {
      testMatch: ["<rootDir>/test/plugins/kubernetes-*.test.ts"],
      ...official,
    }),
  ],
};
