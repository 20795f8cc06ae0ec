// Runs against whichever Kubernetes plugin is installed; proves when a resource counts as made, on real pods.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Program } from "../../testbed/program.ts";

interface State {
  readonly deployment: {
    readonly resources: readonly {
      readonly id?: string;
      readonly initErrors?: readonly string[];
    }[];
  };
}

let program: Program;
beforeAll(async () => {
  program = await Program.create("waiting");
  await program.createNamespace();
});
afterAll(async () => {
  await program.dispose();
  await program.deleteNamespace();
});

/** A pod that is ready when `probe` succeeds, asked every second. */
const deployment = (name: string, probe: string, annotations: object) => `
  const labels = { app: "${name}" };
  const app = new k8s.apps.v1.Deployment("${name}", {
    metadata: { name: "${name}", namespace, annotations: ${JSON.stringify(annotations)} },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [{
        name: "app", image: process.env.SLIPWAY_BASE_IMAGE, command: ["node", "-e", "setInterval(() => {}, 1000)"],
        readinessProbe: { exec: { command: ["node", "-e", "${probe}"] }, periodSeconds: 1 },
      }] } },
    },
  }, on);
  module.exports = { ready: app.status.readyReplicas };
`;

test("a Deployment is made when its pods are ready", async () => {
  await program.upWith(deployment("awaited", "", {}));
  expect(await program.outputs()).toEqual({ ready: 1 });
});

test("a Deployment that is not to be awaited is made at once, and goes at once", async () => {
  await program.upWith(
    deployment("skipped", "process.exit(1)", { "pulumi.com/skipAwait": "true" }),
  );
  const { status } = await cluster.get(DEPLOYMENT, program.namespace, "skipped");
  expect(status?.readyReplicas ?? 0).toBe(0);
});

test("a Deployment that did not get ready in time is kept, and awaited again without a change", async () => {
  const never = deployment("never", "process.exit(1)", { "pulumi.com/timeoutSeconds": "5" });
  await program.write(never);
  const first = await program.up();
  expect(first.exitCode).not.toBe(0);
  expect(first.output).toMatch(/MinimumReplicasUnavailable/);
  const { deployment: state } = JSON.parse(await program.state()) as State;
  const kept = state.resources.find(({ id }) => id === `${program.namespace}/never`);
  expect(kept?.initErrors?.join()).toMatch(/never/);
  const second = await program.up();
  expect(second.exitCode).not.toBe(0);
  expect(second.output).toMatch(/MinimumReplicasUnavailable/);
});
