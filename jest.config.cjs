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

const story = (name) => `<rootDir>/test/e2e/${name}.test.ts`;

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
    project("e2e", { ...real, testPathIgnorePatterns: withOfficial.map(story) }),
    // Its scanners take ten minutes of a processor to compile, so that it is a project of its own.
    project("scanners", real),
    project("official", {
      testMatch: [
        "<rootDir>/test/official/*.test.ts",
        "<rootDir>/test/plugins/kubernetes-*.test.ts",
        ...withOfficial.map(story),
      ],
      ...real,
      setupFiles: [...real.setupFiles, "<rootDir>/test/support/official-home.cjs"],
    }),
  ],
};
