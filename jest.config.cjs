const swc = ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }];
const project = (name) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform: { "^.+\\.ts$": swc },
  restoreMocks: true,
});

module.exports = { projects: ["unit", "plugins", "e2e"].map(project) };
