// Proves what is asked and what is said of it; that an API server's proxy answers so is proved by the catalogue.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { KubeconfigApi } from "../../provider/cluster/api.ts";
import type { Redirect } from "../../provider/cluster/redirect.ts";
import { redirectNotes } from "../../provider/readiness/redirect-look.ts";
import type { Pod } from "../../provider/verdict/objects.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

afterAll(removeFolders);

const never = new AbortController().signal;
const PROXY = "/api/v1/namespaces/shop-dev/pods/shop-1:8080/proxy";
const STATUS = "Readiness probe failed: HTTP probe failed with statuscode: 404";

interface Case {
  readonly message?: string;
  readonly httpGet?: object;
  readonly answer?: Redirect | undefined | Error;
}

async function notesOn({ message = STATUS, httpGet = {}, answer }: Case) {
  const asked: string[] = [];
  const container = {
    name: "shop",
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/readyz", port: "http", ...httpGet } },
  };
  const pod = {
    metadata: { name: "shop-1", namespace: "shop-dev" },
    spec: { containers: [container] },
  } as Pod;
  const redirect = (path: string) => {
    asked.push(path);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const finding = {
    reason: "not-ready",
    object: "pod shop-1",
    container: "shop",
    message,
  } as const;
  return { notes: await redirectNotes({ redirect }, finding, [pod], never), asked };
}

test.each([
  [`${PROXY}/login?next=/readyz&token=x`, "/login"],
  ["https://shop.example.com/login?token=x", "https://shop.example.com/login"],
])("a redirect that ends in 404 is named: to %s", async (location, shown) => {
  expect(await notesOn({ answer: { status: 302, location } })).toEqual({
    asked: [`${PROXY}/readyz`],
    notes: [
      `GET /readyz is redirected (302) to ${shown}; what the kubelet reports is the answer at the end`,
    ],
  });
});

test.each([
  ["the path answers 404 itself", undefined],
  ["the right is missing, or nobody answers", new Error("pods/proxy is forbidden")],
])("nothing is said where %s", async (_case, answer) => {
  expect((await notesOn({ answer })).notes).toEqual([]);
});

test("a redirect to a port on which nobody listens is in the kubelet's own words", async () => {
  const refused = (url: string) =>
    `Readiness probe failed: Get "${url}": dial tcp 10.1.0.7: connect: connection refused`;
  expect(await notesOn({ message: refused("https://10.1.0.7/readyz?token=x") })).toEqual({
    asked: [],
    notes: ["the probe is redirected: its last request was GET https://10.1.0.7/readyz"],
  });
  expect((await notesOn({ message: refused("http://10.1.0.7:8080/readyz") })).notes).toEqual([]);
  const own = { path: "/readyz?full=1", scheme: "HTTPS", port: 443 };
  const said = refused("https://10.1.0.7/readyz?full=1");
  expect((await notesOn({ message: said, httpGet: own })).notes).toEqual([]);
});

test.each([
  ["a path that leaves the pod's", { httpGet: { path: "/../../../secrets" } }],
  ["a host of its own", { httpGet: { host: "10.0.0.1" } }],
  ["an unknown port", { httpGet: { port: "metrics" } }],
  ["a timeout", { message: 'Readiness probe failed: Get "http://10.1.0.7:8080/readyz": timeout' }],
  ["another finding", { message: "1 of 2 pods are available" }],
])("nobody is asked about %s", async (_case, known) => {
  expect(await notesOn(known)).toEqual({ asked: [], notes: [] });
});

test("a probe by HTTPS is asked by HTTPS", async () => {
  expect((await notesOn({ httpGet: { scheme: "HTTPS", path: "up" } })).asked).toEqual([
    "/api/v1/namespaces/shop-dev/pods/https:shop-1:8080/proxy/up",
  ]);
});

test("an answer of the API server is not followed", async () => {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.writeHead(url === "/a" ? 302 : 200, url === "/a" ? { location: "/b" } : {}).end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const api = new KubeconfigApi(kubeconfigOf(`http://127.0.0.1:${port}`));
  expect(await api.redirect("/a", never)).toEqual({ status: 302, location: "/b" });
  expect(await api.redirect("/c", never)).toBeUndefined();
  expect(asked).toEqual(["/a", "/c"]);
  server.closeAllConnections();
  server.close();
});
