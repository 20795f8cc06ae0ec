// Proves which token is sent; that an API server takes it is for the story of the agents' pods.
import type { RequestOptions } from "node:https";
import { join } from "node:path";

import { KubeConfig } from "@kubernetes/client-node";

import { readTokenFiles } from "../../kubeconfig/token-file.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

async function authorization(user: string): Promise<unknown> {
  const kubeconfigText = `
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
  const file = join(
    folderWith({ token: "from-the-file", kubeconfig: kubeconfigText }),
    "kubeconfig",
  );
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(file);
  await readTokenFiles(kubeconfig, file);
  const options: RequestOptions = {};
  await kubeconfig.applyToHTTPSOptions(options);
  return (options.headers as Record<string, unknown>)["Authorization"];
}

test("a token file is read, also by a path that starts at the kubeconfig", async () => {
  expect(await authorization("{tokenFile: token}")).toBe("Bearer from-the-file");
});

test("a token in the kubeconfig stays what it is", async () => {
  expect(await authorization("{token: inline}")).toBe("Bearer inline");
});
