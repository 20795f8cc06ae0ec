// Cannot prove how the engine prints a fault: test/e2e/bad-input.test.ts does.
import * as pulumi from "@pulumi/pulumi";

import { folderWith, removeFolders } from "../support/folder.ts";
import { KUBECONFIG, PROJECT, settingsOf, VALID } from "../support/stack-config.ts";

afterEach(removeFolders);

const apiServer = { cidr: "10.0.0.1/32", ports: [6443] };

function faultsOf(jenkins: unknown, more: object = {}): string {
  try {
    settingsOf({ ...VALID, ...more, jenkins });
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) {
      throw error;
    }
    return error.message;
  }
  return "";
}

test("without settings for Jenkins, or with the empty ones of Pulumi.yaml, there are no lanes", () => {
  expect(settingsOf(VALID).jenkins).toBeUndefined();
  expect(settingsOf({ ...VALID, jenkins: {} }).jenkins).toBeUndefined();
});

test("settings take everything that lanes can have", () => {
  const jenkins = {
    apiServer,
    prefix: "ci",
    controller: { namespace: "jenkins", ports: [8080, 50000] },
    egress: [{ cidr: "10.1.0.0/16" }, { namespace: "registry", ports: [5000] }],
    lanes: { preview: {}, deploy: { pods: 1, cpu: 1, memory: "2Gi", egress: [] } },
    longLivedTokens: true,
    launcherExec: true,
  };
  expect(settingsOf({ ...VALID, jenkins }).jenkins).toEqual({
    ...jenkins,
    lanes: { preview: {}, deploy: { pods: 1, cpu: "1", memory: "2Gi", egress: [] } },
  });
});

test.each([
  [
    { prefix: "ci" },
    /slipway:jenkins\.apiServer: missing; allowed: \{cidr.*kubectl get endpointslices/,
  ],
  [{ apiServer: "10.0.0.1" }, /jenkins\.apiServer: got "10\.0\.0\.1"; allowed: \{cidr/],
  [
    { apiServer, lanes: { deply: {} } },
    /jenkins\.lanes\.deply: unknown key; .*did you mean deploy\?/,
  ],
  [
    { apiServer, lanes: {} },
    /jenkins\.lanes: got \{\}; allowed: at least one of preview, build, deploy/,
  ],
  [
    { apiServer, lanes: { build: { images: ["moby/buildkit:rootless"] } } },
    /jenkins\.lanes\.build\.images\[0\]: .*got "moby\/buildkit:rootless"|jenkins\.lanes\.build\.images.*moby\/buildkit:rootless.*sha256/,
  ],
  [{ apiServer, lanes: { deploy: { images: [] } } }, /jenkins\.lanes\.deploy\.images: unknown key/],
  [
    { apiServer, lanes: { build: { pods: 0 } } },
    /jenkins\.lanes\.build\.pods: got 0; allowed: a whole number/,
  ],
  [
    { apiServer, controller: { ports: [] } },
    /jenkins\.controller\.ports: got \[\]; allowed: a list of ports/,
  ],
  [
    { apiServer, launcherExec: "yes" },
    /jenkins\.launcherExec: got "yes"; allowed: true or false; whether/,
  ],
  [{ apiServer, token: "x" }, /jenkins\.token: unknown key/],
  [
    { apiServer, prefix: "c".repeat(60) },
    /jenkins\.prefix: got "c{60}"; a lane's namespace would be named .* at most 55 characters/,
  ],
])("%j is told with what is allowed", (jenkins, told) => {
  expect(faultsOf(jenkins)).toMatch(told);
});

test("a namespace that leaves no room for the lanes' names is told, though nobody set a prefix", () => {
  expect(faultsOf({ apiServer }, { namespace: "n".repeat(60) })).toMatch(
    /jenkins\.prefix: missing; a lane's namespace would be named n+-jenkins-preview; .*set a shorter prefix/,
  );
});

describe("a kubeconfig", () => {
  const folder = () => folderWith({ kubeconfig: KUBECONFIG });
  const clusterOf = (kubeconfig: string, value: string) =>
    settingsOf(
      { ...VALID, cluster: { kubeconfig } },
      { files: { ...PROJECT, kubeconfig: KUBECONFIG }, variables: { PLACE: value } },
    ).cluster;

  test("that a variable names by itself is kept out of the state by the variable's name", () => {
    expect(clusterOf("${PLACE}", `${folder()}/kubeconfig`).kubeconfigVariable).toBe("PLACE");
  });

  test("whose path is made up of more, or relative, is not: the provider could not find it", () => {
    expect(clusterOf("${PLACE}/kubeconfig", folder())).not.toHaveProperty("kubeconfigVariable");
    expect(clusterOf("${PLACE}", "kubeconfig")).not.toHaveProperty("kubeconfigVariable");
  });
});
