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

/** Tests that run with the official Kubernetes provider as well, which is built for them: what depends on the provider most. */
const official = [
  "official/*",
  "plugins/kubernetes-*",
  "e2e/first-release",
  "e2e/rolling-update",
  "e2e/failed-release",
  "e2e/rollback",
  "e2e/preview",
  "e2e/drift",
  "e2e/two-services",
  "e2e/credentials",
  "e2e/lanes",
  "e2e/promotion-copy",
  "e2e/killed-wait",
];

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
    project("platform", real),
    project("plugins", real),
    project("e2e", real),
    project("official", {
      testMatch: official.map((name) => `<rootDir>/test/${name}.test.ts`),
      ...real,
      setupFiles: [...real.setupFiles, "<rootDir>/test/support/official-home.cjs"],
    }),
  ],
};
