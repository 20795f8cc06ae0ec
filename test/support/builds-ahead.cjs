const { spawn } = require("node:child_process");
const { join } = require("node:path");

const CHECKOUT = join(__dirname, "../..");

/** Which tests need a program of `tools/go/ahead.ts`, as `<project> <path>`. */
const NEEDED_BY = {
  "network-policies": / test\/(?:platform\/life|e2e\/(?:monitoring|network))\.test\.ts$/,
  "external-secrets": / test\/e2e\/(?:external-secrets|lane-policies|policy-proof)\.test\.ts$/,
  dns: / test\/e2e\/(?:network|steps)\.test\.ts$/,
  ingress: / test\/e2e\/(?:network|real-services-mastodon|steps-route)\.test\.ts$/,
  helm: / test\/e2e\/own-manifests-chart\.test\.ts$/,
  "argo-rollouts": / test\/e2e\/steps(?:-route|-trouble)?\.test\.ts$/,
  kwok: / test\/e2e\/many-services\.test\.ts$/,
  monitoring: / test\/e2e\/(?:monitoring|steps(?:-route|-trouble)?)\.test\.ts$/,
  argocd: / test\/e2e\/hand-off(?:-argocd[\w-]*|-layouts)?\.test\.ts$/,
  flux: / test\/e2e\/hand-off-(?:flux|lanes|routes)\.test\.ts$/,
  "kubernetes-provider": /^official(?:-plugins)? /,
  cosign: / test\/(?:e2e\/(?:gates|transaction)|scanners\/scans)\.test\.ts$/,
  trivy: /^scanners /,
  checkov: /^scanners /,
  semgrep: /^scanners /,
  buildkit: / test\/e2e\/several-services\.test\.ts$/,
};

/** The programs that any of these tests needs. */
function programsOf(tests) {
  const needed = Object.entries(NEEDED_BY).filter(([, by]) => tests.some((test) => by.test(test)));
  return needed.map(([name]) => name);
}

/** Has what these tests need built in the background, where it is not yet. It ends with the tests. */
function buildAhead(tests) {
  const programs = programsOf(tests);
  if (programs.length === 0) {
    return;
  }
  const args = ["--require", "./preload.cjs", "tools/go/ahead.ts", ...programs];
  const stdio = ["ignore", "inherit", "inherit"];
  const builder = spawn(process.execPath, args, { cwd: CHECKOUT, stdio });
  builder.unref();
  process.once("exit", () => builder.kill());
}

module.exports = { buildAhead, programsOf };
