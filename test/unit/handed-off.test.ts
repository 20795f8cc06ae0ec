// Pure words and pure edits of a state. That an engine goes on from such a state, and a controller from such objects, the stories of hand-off prove.
import { controllerManifests } from "../../cli/handoff/controller-manifests.ts";
import { givenUp, OF_CONTROLLERS, OF_STACK } from "../../cli/handoff/field-owners.ts";
import {
  assertSettled,
  ownershipIn,
  withoutHandOff,
  withTarget,
} from "../../cli/handoff/owned-objects.ts";
import { handOffSettingOf, namespaceSettingOf } from "../../cli/handoff/setting.ts";
import {
  type HandedOffOutput,
  handOffIn,
  handOffLines,
  revisionCell,
} from "../../cli/handed-off.ts";
import { handOffLines as previewLines, handOffOf } from "../../cli/preview/hand-off.ts";
import { changesOf } from "../../provider/readiness/changes.ts";
import { pendingState, unappliedRelease } from "../../provider/readiness/unapplied.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const COMMIT = "0123456789abcdef".repeat(3).slice(0, 40);
const DIGEST = `sha256:${"a".repeat(64)}`;
const OUTPUT: HandedOffOutput = {
  to: { git: "ssh://git@git.example.com/deploy.git", branch: "main", path: "shop-prod" },
  by: { argocd: { namespace: "argocd", application: "shop-prod" } },
  revision: COMMIT,
  controller: { sync: "Synced", health: "Healthy", revision: COMMIT, drift: [], selfHeal: true },
};
const HEAD =
  "handed off: commit 0123456789ab to shop-prod of main in ssh://git@git.example.com/deploy.git, application argocd/shop-prod: ";

describe("what is said of a hand-off", () => {
  test("is nothing of a stack that applies its objects itself", () => {
    expect(handOffLines(undefined)).toEqual([]);
    expect(revisionCell({})).toBe("");
  });

  test("is the revision, where it went, and what the controller says", () => {
    expect(handOffLines(OUTPUT)).toEqual([`${HEAD}Synced, Healthy`]);
    const by = { flux: { namespace: "flux-system", kustomization: "shop" } };
    const to = { oci: "oci://registry.example.com/shop" };
    const controller = { ...OUTPUT.controller, sync: null, health: null };
    expect(handOffLines({ ...OUTPUT, to, by, revision: DIGEST, controller })).toEqual([
      "handed off: sha256:aaaaaaaaaaaa to oci://registry.example.com/shop, kustomization flux-system/shop: says nothing",
    ]);
  });

  test("is what the state has of it, which a refresh has looked at", () => {
    const { to, by, revision, controller } = OUTPUT;
    const outputs = { objects: [], to, by, revision, controller, changed: false };
    const resource = { urn: "urn", type: RESOURCES.HandOff, outputs };
    expect(handOffIn({ resources: [resource] })).toEqual(OUTPUT);
    expect(handOffIn({ resources: [{ ...resource, outputs: {} }] })).toBeUndefined();
    expect(handOffIn({})).toBeUndefined();
  });

  test("tells drift apart from ill health, with who wrote it and whether it is undone", () => {
    const drift = [
      { object: "deployment shop", field: "spec.replicas", writer: "kubectl-scale" },
      { object: "configmap shop", field: "", writer: null },
    ];
    const controller = { ...OUTPUT.controller, sync: "OutOfSync", drift, selfHeal: false };
    expect(handOffLines({ ...OUTPUT, controller })).toEqual([
      `${HEAD}OutOfSync, Healthy`,
      "drift: spec.replicas of deployment shop differs from the commit, written by kubectl-scale; self-heal is off, and nobody undoes it",
      "drift: configmap shop differs as a whole from the commit; self-heal is off, and nobody undoes it",
    ]);
    const many = Array.from({ length: 25 }, () => drift[1] as (typeof drift)[0]);
    expect(handOffLines({ ...OUTPUT, controller: { ...controller, drift: many } }).at(-1)).toBe(
      "drift: and 5 more fields",
    );
  });

  test("has why it is not applied with what to run, on one line, and what a person is to merge", () => {
    const failure = {
      reason: "sync-failed" as const,
      object: "application shop-prod",
      message: "one or more\nobjects failed",
      notes: [],
      command: "kubectl describe application shop-prod",
    };
    expect(handOffLines({ ...OUTPUT, failure })[1]).toBe(
      "sync-failed: one or more objects failed; next: kubectl describe application shop-prod",
    );
    const pullRequest = { branch: "slipway/prod/0123456", title: "Release shop", body: "" };
    expect(handOffLines({ ...OUTPUT, pullRequest })).toEqual([
      "to be merged: branch slipway/prod/0123456 of shop-prod of main in ssh://git@git.example.com/deploy.git: Release shop",
    ]);
  });
});

const RELEASE = {
  service: "shop",
  namespace: "shop-prod",
  deployment: { name: "shop", uid: "uid-1", generation: 3 },
  image: `registry.example.com/shop@${DIGEST}`,
  manifestHash: DIGEST,
  dirty: false,
  deadlineSeconds: 60,
  handOff: { revision: COMMIT, sync: "Synced", health: "Healthy" },
} as unknown as ReadinessInputs;

describe("a preview", () => {
  const step = (action: string, to: object) =>
    ({ type: RESOURCES.HandOff, action, after: { to, by: OUTPUT.by, objects: [] } }) as never;

  test("says where the change goes, and who applies it there", () => {
    const handOff = handOffOf([step("update", OUTPUT.to)]);
    expect(handOff).toEqual({ to: OUTPUT.to, by: OUTPUT.by });
    expect(previewLines(handOff)).toEqual([
      [
        "- a commit to `shop-prod of main in ssh://git@git.example.com/deploy.git`, which `application argocd/shop-prod` applies",
      ],
    ]);
    const request = handOffOf([step("create", { ...OUTPUT.to, pullRequest: true })]);
    expect(previewLines(request)[0]?.[0]).toMatch(/^- a pull request to /);
    const artifact = handOffOf([step("create", { oci: "oci://registry.example.com/a" })]);
    expect(previewLines(artifact)[0]?.[0]).toMatch(/^- an artifact to `oci:/);
  });

  test("says nothing of it where nothing changes, or nothing is handed off", () => {
    expect(handOffOf([step("same", OUTPUT.to)])).toBeUndefined();
    expect(handOffOf([])).toBeUndefined();
    expect(previewLines(undefined)).toEqual([]);
  });
});

describe("a release that is handed off", () => {
  const failure = {
    reason: "not-applied" as const,
    object: "application shop-prod",
    message: "automated sync is off",
    notes: ["nobody asks it to look"],
    command: "kubectl describe application shop-prod",
  };

  test("is the same release with any revision that is applied, and a different one with none", () => {
    const other = { ...RELEASE, handOff: { revision: "f00", sync: "OutOfSync", health: null } };
    expect(changesOf({ ...RELEASE }, { ...other })).toEqual([]);
    const failed = { ...RELEASE, handOff: { ...other.handOff, failure } };
    expect(changesOf({ ...RELEASE }, { ...failed })).toEqual(["failure"]);
    const pending = { ...RELEASE, handOff: { ...other.handOff, pullRequest: "slipway/prod/f00" } };
    expect(changesOf({ ...pending }, { ...RELEASE })).toEqual(["pullRequest"]);
  });

  test("fails for the reason of its hand-off, with the controller's words as its evidence", () => {
    const stored = { lastReady: null, history: [] };
    const { own, failure: report } = unappliedRelease(RELEASE, failure, stored);
    expect(report?.split("\n")).toEqual([
      "shop: not-applied: automated sync is off (application shop-prod)",
      "nobody asks it to look",
      "next: kubectl describe application shop-prod",
    ]);
    expect(own["release"]).toMatchObject({
      verdict: "failed",
      reason: "not-applied",
      pods: [],
      running: null,
      handOff: { revision: COMMIT, sync: "Synced", health: "Healthy" },
      evidence: { object: "application shop-prod", message: "automated sync is off" },
    });
    expect(own["history"]).toMatchObject([
      { reason: "not-applied", handOff: { revision: COMMIT } },
    ]);
  });

  test("keeps the verdict on the one before as long as nobody has merged it, if there is one", () => {
    expect(pendingState({ lastReady: null, history: [] })).toEqual({
      lastReady: null,
      history: [],
    });
    const release = { verdict: "ready" } as never;
    expect(pendingState({ release, lastReady: null, history: [] })).toMatchObject({ release });
  });
});

describe("the state of a stack that changes who applies its objects", () => {
  const provider = {
    urn: "urn:pulumi:prod::slipway::pulumi:providers:kubernetes::cluster",
    type: "pulumi:providers:kubernetes",
    id: "1",
    inputs: { context: "prod", clusterIdentifier: "c", __internal: { envVarMappings: {} } },
    outputs: { context: "prod", clusterIdentifier: "c" },
  };
  const object = {
    urn: "urn:pulumi:prod::slipway::kubernetes:core/v1:Namespace::shop-prod",
    type: "kubernetes:core/v1:Namespace",
    outputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop-prod", uid: "1" } },
  };
  const verdict = { urn: "urn:…::shop", type: RESOURCES.Readiness, outputs: { kind: "x" } };
  const state = { resources: [provider, object, verdict] };

  test("lists the objects of Kubernetes, and says who applies them", () => {
    expect(ownershipIn(state)).toEqual({
      isHandedOff: false,
      objects: [
        {
          urn: object.urn,
          apiVersion: "v1",
          kind: "Namespace",
          name: "shop-prod",
          namespace: null,
        },
      ],
    });
    const renders = { ...provider, inputs: { renderYamlToDirectory: ".slipway/rendered/prod" } };
    expect(ownershipIn({ resources: [renders] })).toEqual({ isHandedOff: true, objects: [] });
    expect(ownershipIn({})).toBeUndefined();
  });

  test("differs in that provider's inputs and outputs, and in nothing else", () => {
    const { resources = [] } = withTarget(state, {
      kubeconfig: "",
      renderYamlToDirectory: "folder",
    });
    expect(resources.slice(1)).toEqual([object, verdict]);
    expect(resources[0]).toEqual({
      ...provider,
      inputs: {
        clusterIdentifier: "c",
        kubeconfig: "",
        renderYamlToDirectory: "folder",
        __internal: { envVarMappings: {} },
      },
      outputs: { clusterIdentifier: "c", kubeconfig: "", renderYamlToDirectory: "folder" },
    });
  });

  test("knows nothing of a hand-off any more that it is taken back from, and depends on none", () => {
    const handOff = {
      urn: "urn:…::prod",
      type: RESOURCES.HandOff,
      outputs: { revision: "c0ffee" },
    };
    const waiting = {
      ...verdict,
      dependencies: [object.urn, handOff.urn],
      propertyDependencies: { deployment: [handOff.urn], image: null, handOff: [handOff.urn] },
    };
    const handedOff = { resources: [object, handOff, waiting] };
    expect(withoutHandOff(handedOff).resources).toEqual([
      object,
      {
        ...verdict,
        dependencies: [object.urn],
        propertyDependencies: { deployment: [], image: [], handOff: [] },
      },
    ]);
    expect(ownershipIn({ resources: [provider, handOff] })?.isHandedOff).toBe(true);
  });

  test("is not touched while a killed run has left operations in it", () => {
    expect(() => {
      assertSettled({ pending_operations: [{ type: "creating", resource: object }] }, "prod");
    }).toThrow(
      /prod: a run was killed in the middle of 1 operations; run npx slipway recover --stack prod/,
    );
  });
});

describe("the fields of an object that somebody else applies from now on", () => {
  const pod = { "f:spec": { "f:replicas": {} } };
  const created = { manager: "pulumi-kubernetes", operation: "Update", fieldsV1: pod };
  const applied = {
    manager: "pulumi-kubernetes-1234",
    operation: "Apply",
    apiVersion: "apps/v1",
    fieldsV1: { "f:metadata": { "f:labels": {} }, "f:spec": { "f:selector": {} } },
  };
  const status = { manager: "pulumi-kubernetes", operation: "Update", subresource: "status" };
  const other = { manager: "kube-controller-manager", operation: "Update", fieldsV1: pod };

  test("are nobody's in particular, so that they can be taken over as a whole", () => {
    expect(givenUp([applied, other, created, status], OF_STACK)).toEqual([
      other,
      status,
      {
        manager: "before-first-apply",
        operation: "Update",
        apiVersion: "apps/v1",
        fieldsV1: {
          "f:metadata": { "f:labels": {} },
          "f:spec": { "f:selector": {}, "f:replicas": {} },
        },
      },
    ]);
  });

  test("stay as they are where nobody of before has any", () => {
    const nobodys = { manager: "before-first-apply", operation: "Update", fieldsV1: pod };
    expect(givenUp([other, nobodys], OF_STACK)).toBeUndefined();
    expect(givenUp([other, applied], OF_CONTROLLERS)).toBeUndefined();
    const controllers = { ...applied, manager: "argocd-controller" };
    expect(givenUp([controllers, nobodys], OF_CONTROLLERS)).toHaveLength(1);
  });
});

describe("the settings that a command reads", () => {
  const written = (given: Readonly<Record<string, string>>) => ({
    folder: "/",
    setting: (key: string) => Promise.resolve(given[key]),
  });
  const { to, by } = OUTPUT;

  test("are those that the program reads", async () => {
    const handOff = JSON.stringify({ to, by });
    await expect(handOffSettingOf(written({ handOff }))).resolves.toEqual({ to, by });
    await expect(namespaceSettingOf(written({ namespace: "shop" }))).resolves.toBe("shop");
    const namespace = JSON.stringify({ name: "team", exists: true });
    await expect(namespaceSettingOf(written({ namespace }))).resolves.toBe("team");
  });

  test.each([
    [{}, /^slipway:handOff: missing; allowed: \{to, by\}/],
    [{ handOff: "{}" }, /^slipway:handOff: missing; allowed: \{to, by\}/],
    [{ handOff: "yes" }, /^slipway:handOff: got "yes"; allowed: \{to, by\}[^\n]*$/],
  ])("refuse %j with what is allowed", async (given, fault) => {
    await expect(handOffSettingOf(written(given))).rejects.toThrow(fault);
  });

  test("name the namespace that a controller applies to", async () => {
    await expect(namespaceSettingOf(written({}))).rejects.toThrow(
      /^slipway:namespace: missing; allowed: the name of a namespace/,
    );
  });
});

describe("what a controller needs", () => {
  test("is an Application that prunes and heals, without a finalizer that would delete with it", () => {
    expect(controllerManifests(OUTPUT, "shop")).toEqual([
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: "shop-prod", namespace: "argocd" },
        spec: {
          project: "default",
          source: {
            repoURL: "ssh://git@git.example.com/deploy.git",
            targetRevision: "main",
            path: "shop-prod",
          },
          destination: { server: "https://kubernetes.default.svc", namespace: "shop" },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
      },
    ]);
  });

  test("is a source and a Kustomization for Flux, which knows no addresses in the form of scp", () => {
    const by = { flux: { namespace: "flux-system", kustomization: "shop" } };
    const to = { git: "git@git.example.com:team/deploy.git", branch: "main", path: "shop-prod" };
    const metadata = { name: "shop", namespace: "flux-system" };
    expect(controllerManifests({ to, by }, "shop")).toEqual([
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata,
        spec: {
          interval: "1m",
          url: "ssh://git@git.example.com/team/deploy.git",
          ref: { branch: "main" },
        },
      },
      {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata,
        spec: {
          interval: "10m",
          path: "./shop-prod",
          prune: true,
          sourceRef: { kind: "GitRepository", name: "shop" },
        },
      },
    ]);
    const [source] = controllerManifests(
      { to: { oci: "oci://registry.example.com/a:b" }, by },
      "shop",
    );
    expect(source).toMatchObject({
      kind: "OCIRepository",
      spec: { url: "oci://registry.example.com/a", ref: { tag: "b" } },
    });
  });
});
