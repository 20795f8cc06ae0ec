// How manifests become files; that controllers read them as they are meant is for test/e2e/hand-off*.test.ts.
import fc from "fast-check";
import { parse } from "yaml";

import type { HandedObject } from "../../contract/hand-off.ts";
import { filesOf, listIn } from "../../provider/hand-off/files.ts";
import { proposalText } from "../../provider/hand-off/proposal.ts";

const object = (kind: string, name: string, more: Partial<HandedObject> = {}): HandedObject => ({
  apiVersion: "v1",
  kind,
  ...more,
  metadata: { name, ...more.metadata },
});

const names = (...objects: readonly HandedObject[]) => [...filesOf(objects, "shop/prod").keys()];

test("writes the same files for the same manifests, whatever their order and that of their keys", () => {
  const one = object("Service", "shop", { spec: { a: 1, b: [{ c: 2, d: 3 }] } });
  const same: HandedObject = {
    spec: { b: [{ d: 3, c: 2 }], a: 1 },
    metadata: { name: "shop" },
    kind: "Service",
    apiVersion: "v1",
  };
  const other = object("ConfigMap", "shop");
  expect([...filesOf([one, other], "shop/prod")]).toEqual([...filesOf([other, same], "shop/prod")]);
});

test("writes an object a file, and their list", () => {
  const service = object("Service", "shop", {
    spec: { ports: [{ port: 80 }], selector: { app: "shop" } },
  });
  const files = filesOf([service, object("ConfigMap", "settings")], "shop/prod");
  expect(files.get("service-shop.yaml")).toBe(
    [
      ...["apiVersion: v1", "kind: Service", "metadata:", "  name: shop"],
      ...["spec:", "  ports:", "    - port: 80", "  selector:", "    app: shop", ""],
    ].join("\n"),
  );
  expect(files.get("kustomization.yaml")).toBe(
    [
      "# Written by Slipway, which replaces what is changed here, for stack shop/prod",
      ...["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "resources:"],
      ...["  - configmap-settings.yaml", "  - service-shop.yaml", ""],
    ].join("\n"),
  );
});

test("leaves out the words that are for the engine, and nothing else", () => {
  const annotations = { "pulumi.com/skipAwait": "true", "slipway/allow": "root" };
  const metadata = { name: "shop", annotations };
  const files = filesOf([object("Service", "shop", { metadata })], "shop/prod");
  expect(parse(files.get("service-shop.yaml") ?? "")).toEqual({
    ...{ apiVersion: "v1", kind: "Service" },
    metadata: { name: "shop", annotations: { "slipway/allow": "root" } },
  });
});

test("keeps objects of one kind and name apart, by namespace and group", () => {
  const of = (namespace: string, apiVersion: string) =>
    object("Ingress", "shop", { apiVersion, metadata: { name: "shop", namespace } });
  expect(
    names(
      of("a", "networking.k8s.io/v1"),
      of("b", "networking.k8s.io/v1"),
      of("a", "example.com/v1"),
    ),
  ).toEqual([
    "ingress-shop.a.example.com.yaml",
    "ingress-shop.a.networking.k8s.io.yaml",
    "ingress-shop.b.networking.k8s.io.yaml",
    "kustomization.yaml",
  ]);
});

test("refuses two manifests of one object", () => {
  expect(() => names(object("Service", "shop"), object("Service", "shop"))).toThrow(
    "hand-off: two manifests are of one object, service-shop; allowed: one each",
  );
});

test.each([
  ["../../etc/passwd", /^configmap-etc-passwd-[0-9a-f]{8}\.yaml$|^configmap-[\w.-]+\.yaml$/],
  ["system:controller", /^configmap-system-controller-[0-9a-f]{8}\.yaml$/],
  ["a\nb", /^configmap-a-b-[0-9a-f]{8}\.yaml$/],
  ["x".repeat(253), /^configmap-x{70}-[0-9a-f]{8}\.yaml$/],
])("gives an object with the name %j a plain file name", (name, expected) => {
  const [file = ""] = names(object("ConfigMap", name));
  expect(file).toMatch(expected);
  expect(file).toMatch(/^[a-z0-9][a-z0-9.-]{1,98}$/);
});

test("is read as it was written, by YAML 1.1 as well, whatever is in it", () => {
  const nasty = fc.constantFrom(
    "yes",
    "on",
    "y",
    "0o7",
    "1:20",
    "1e3",
    "~",
    "2001-01-01",
    "0x1f",
    "<<",
    "- a",
    "a: b",
    "#",
    "=",
    "1_000",
    "a\u2028b",
    "\u0085",
    "\x7f",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      nasty,
      fc.integer(),
      fc.boolean(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.string(), nasty).filter((key) => key !== "<<"),
        tie("any"),
        { maxKeys: 3 },
      ),
    ),
  })).any;
  fc.assert(
    fc.property(value, (data) => {
      const plain = JSON.parse(JSON.stringify({ data })) as { readonly data: unknown };
      const written = filesOf([object("ConfigMap", "x", plain)], "s").get("configmap-x.yaml") ?? "";
      for (const version of ["1.1", "1.2"] as const) {
        expect((parse(written, { version, merge: false }) as { data: unknown }).data).toEqual(
          plain.data,
        );
      }
    }),
  );
});

test("knows its own list, and nobody else's", () => {
  const list = filesOf([object("Service", "shop")], "shop/prod").get("kustomization.yaml") ?? "";
  expect(listIn(list)).toEqual({ stack: "shop/prod", names: ["service-shop.yaml"] });
  expect(listIn("resources:\n  - service-shop.yaml\n")).toBeUndefined();
  expect(listIn(`${list}  - ../../etc/passwd\n  - .hidden.yaml\n`)?.names).toEqual([
    "service-shop.yaml",
  ]);
});

test("writes a proposal in which a source's words are only words", () => {
  const { title, body } = proposalText({
    to: { git: "ssh://git@git.example.com/deploy.git", branch: "main", path: "shop" },
    stack: "shop/prod",
    source: { commit: "c".repeat(40), subject: "Hello @everyone ![x](y) `z`\n# Title" },
    releases: [
      { service: "shop", image: `example.com/shop@sha256:${"a".repeat(64)}`, manifestHash: "" },
    ],
  });
  expect(title).toBe("Release shop to shop/prod");
  expect(body).toBe(
    [
      `Source: \`${"c".repeat(40)}\``,
      "Subject: `Hello @everyone ![x](y) 'z' # Title`",
      "",
      `- \`shop\`: \`example.com/shop@sha256:${"a".repeat(64)}\``,
      "",
      "Once it is merged into `main`, the next `pulumi up` waits until it is applied, and proves the pods.",
      "",
    ].join("\n"),
  );
});
