// Proves what is waited for and for how long; that real programs say such things is proved by the catalogue.
import { ApiError } from "../../provider/cluster/api-error.ts";
import { ownerAtWork } from "../../provider/waiting/config-owner.ts";
import { GraceLook } from "../../provider/waiting/grace-look.ts";
import { secretWritten } from "../../provider/waiting/secret-written.ts";
import { absentDependency } from "../../provider/verdict/dependency.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";
import { eventOf } from "../support/kind-objects.ts";
import { complete, deployment, release, unreadyPod } from "../support/release-objects.ts";

const BORN = "2026-01-01T12:00:00Z";

describe("a program that ends because what it needs is not there", () => {
  test.each([
    "Error: connect ECONNREFUSED 10.96.0.12:5432",
    "dial tcp 10.96.0.12:5432: connect: connection refused",
    "dial tcp: lookup db.shop.svc on 10.96.0.10:53: no such host",
    "getaddrinfo ENOTFOUND db",
    "Error: getaddrinfo EAI_AGAIN db",
    'psycopg2.OperationalError: could not translate host name "db" to address',
    "FATAL:  the database system is starting up",
    "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct",
    "Caused by: java.net.UnknownHostException: db",
    "ERROR 2003 (HY000): Can't connect to MySQL server on 'db' (111)",
    "MongooseServerSelectionError: Server selection timed out after 30000 ms",
    "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
    "kafka.errors.NoBrokersAvailable: NoBrokersAvailable",
    "wait-for-it.sh: timeout occurred after waiting 15 seconds for db:5432",
    "dial tcp 10.96.0.12:5432: i/o timeout",
    "No connection could be made because the target machine actively refused it.",
    "(DBConnection.ConnectionError) tcp connect (db:5432): connection refused - :econnrefused",
    '{"level":"error","message":"connect ETIMEDOUT 10.96.0.12:6379"}',
  ])("says so: %s", (line) => {
    expect(absentDependency(["starting", line, "    at main (app.js:3:7)"])).toBe(line);
  });

  test.each([
    "TypeError: Cannot read properties of undefined (reading 'timeout')",
    "unknown option --connect-timeout",
    "REQUEST_TIMEOUT must be a whole number",
    "listen EADDRINUSE: address already in use :::8080",
    'FATAL:  password authentication failed for user "shop"',
    'FATAL:  database "shop" does not exist',
    "ERROR 1045 (28000): Access denied for user 'shop'@'10.0.0.1' (using password: YES)",
    "failed to connect: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "could not connect to db: invalid port number",
    "dial unix /var/run/docker.sock: connect: permission denied",
    "no such table: visits",
    "retrying is disabled",
    "crashing at start, as FAULT_CRASH_AT_START says",
    "(no log: connect ECONNREFUSED 10.0.0.1:10250)",
    "",
  ])("does not say so: %s", (line) => {
    expect(absentDependency(["starting", line])).toBeUndefined();
  });

  test("has another fault where one comes after it", () => {
    const refused = "exporter: connection refused";
    expect(absentDependency([refused, "TypeError: x is not a function"])).toBeUndefined();
    expect(absentDependency([refused, "PORT must be a whole number"])).toBeUndefined();
    expect(absentDependency([refused, "exiting"])).toBe(refused);
  });

  test("is read in seconds, however nasty its log", () => {
    const began = process.cpuUsage();
    for (const part of ["connection to ", "could not ", "server selection", "a", "timed out "]) {
      expect(absentDependency([part.repeat(1_000_000 / part.length)])).toBeUndefined();
    }
    // Of the processor's time, which does not depend on who else has it: a pattern that looks back would need minutes.
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
  });
});

function crashed(restartCount: number, message?: string): Observed {
  const terminated = { exitCode: 1, reason: "Error", ...(message !== undefined && { message }) };
  const state = { waiting: { reason: "CrashLoopBackOff" } };
  const container = { restartCount, state, lastState: { terminated } };
  return {
    ...complete(),
    deployment: deployment("shop", {}, { readyReplicas: 0, availableReplicas: 0 }),
    pods: [unreadyPod("shop-new-1", "shop-new-uid", container)],
  };
}

/** The verdict at some second of a crash loop whose container says this by its log at each restart. */
async function verdictAt(seconds: number, says: (restarts: number) => string, inputs = release()) {
  const rollout = new Rollout(inputs, 0);
  const reads: string[] = [];
  let restarts = 1;
  const look = new GraceLook(inputs, {
    log: (source) => {
      reads.push(`${source.pod} ${source.container} ${String(source.previous)}`);
      return Promise.resolve({ ...source, lines: [says(restarts)] });
    },
    owner: () => Promise.reject(new Error("nothing is missing")),
  });
  for (let now = 3000; ; now += 20_000) {
    const observed = crashed(restarts);
    let verdict = rollout.judge(look.see(observed), now);
    while (verdict.kind === "failed" && (await look.look(verdict, observed))) {
      verdict = rollout.judge(look.see(observed), now);
    }
    if (verdict.kind !== "progressing" || now >= seconds * 1000) {
      return { verdict, at: now / 1000, reads };
    }
    restarts += 1;
  }
}

const REFUSED = "connect ECONNREFUSED 10.96.0.12:5432";

test("a crash for a dependency is waited for within warmupSeconds, and named when they are over", async () => {
  const { verdict, at, reads } = await verdictAt(120, () => REFUSED);
  expect(at).toBe(63);
  expect(reads[0]).toBe("shop-new-1 shop true");
  expect(verdict).toEqual(
    expect.objectContaining({
      reason: "crash-loop",
      message: "ended 5 times (tolerate.restarts: 1), last with exit code 1 (Error)",
      notes: [
        `it ends because something that it needs does not answer, which gets 60 s (warmupSeconds): ${REFUSED}`,
      ],
    }),
  );
});

test("a shorter warmupSeconds ends the wait sooner", async () => {
  const { at } = await verdictAt(120, () => REFUSED, release({ warmupSeconds: 15 }));
  expect(at).toBe(23);
});

test("a further crash has to give its own reason", async () => {
  const says = (restarts: number) => (restarts < 3 ? REFUSED : "TypeError: x is not a function");
  const { verdict, at } = await verdictAt(120, says);
  expect([at, verdict.kind]).toEqual([43, "failed"]);
});

test("a crash for anything else fails at once", async () => {
  const { verdict, at } = await verdictAt(120, () => "no such table");
  expect([at, verdict.kind]).toEqual([3, "failed"]);
});

test("where logs are not to be read the container's last message counts, and nothing else", async () => {
  const inputs = release({ logs: false });
  const { at, reads } = await verdictAt(120, () => REFUSED, inputs);
  expect([at, reads]).toEqual([3, []]);
  const observed = crashed(1, REFUSED);
  const verdict = new Rollout(inputs, 0).judge(observed, 3000);
  const look = new GraceLook(inputs, {
    log: () => Promise.reject(new Error("read")),
    owner: () => Promise.reject(new Error("nothing is missing")),
  });
  expect(verdict.kind === "failed" && (await look.look(verdict, observed))).toBe(true);
});

describe("a Secret that is missing", () => {
  const missing = (message = 'secret "payment" not found'): Observed => {
    const waiting = { reason: "CreateContainerConfigError", message };
    const pod = unreadyPod("shop-new-1", "shop-new-uid", { state: { waiting } });
    const refs = ["payment", "other"].map((name) => ({ secretRef: { name } }));
    const spec = { containers: [{ name: "shop", envFrom: refs }] };
    return { ...crashed(1), pods: [{ ...pod, spec }] };
  };

  /** When it fails, and what is said beside it. */
  async function failsAt(
    objects: Readonly<Record<string, object>>,
    inputs = release(),
    observed = missing(),
    { served = Object.keys(objects), refused = false, writtenAt = "" } = {},
  ) {
    const { signal } = new AbortController();
    const managedFields = [{ time: "2025-12-31T12:00:00Z" }, { time: writtenAt }];
    const secrets = {
      get: () =>
        writtenAt === ""
          ? Promise.reject(new ApiError(403, "forbidden"))
          : Promise.resolve({ metadata: { managedFields }, data: { hidden: "c2VjcmV0" } }),
    };
    const groups = ["/apis/networking.k8s.io/v1/x", ...served].map((path) => {
      const [, , name = "", version = ""] = path.split("/");
      return { name, preferredVersion: { groupVersion: `${name}/${version}` } };
    });
    const rollout = new Rollout(inputs, 0);
    const api = {
      get: (path: string) => {
        if (path === "/apis") {
          return Promise.resolve({ groups });
        }
        if (refused) {
          return Promise.reject(new ApiError(403, "forbidden"));
        }
        const items = objects[path.replace("/namespaces/shop-dev", "")];
        return items === undefined
          ? Promise.reject(new ApiError(404, "not found"))
          : Promise.resolve({ items: [items] });
      },
    };
    const look = new GraceLook(inputs, {
      log: () => Promise.reject(new Error("nothing has crashed")),
      owner: (secret) => ownerAtWork(api, "shop-dev", secret, signal),
      written: (secret) => secretWritten(secrets, "shop-dev", secret, signal),
    });
    for (let now = 1000; ;) {
      const verdict = rollout.judge(look.see(observed), now);
      if (verdict.kind === "progressing") {
        now = verdict.wakeAt;
      } else if (verdict.kind !== "failed" || !(await look.look(verdict, observed))) {
        return { at: now / 1000, notes: verdict.kind === "failed" ? verdict.notes : [] };
      }
    }
  }

  test.each<[string, Readonly<Record<string, object>>]>([
    [
      "Certificate shop",
      {
        "/apis/cert-manager.io/v1/certificates": {
          metadata: { name: "shop" },
          spec: { secretName: "payment" },
        },
      },
    ],
    [
      "ExternalSecret shop",
      {
        "/apis/external-secrets.io/v1/externalsecrets": {
          metadata: { name: "shop" },
          spec: { target: { name: "payment" } },
        },
      },
    ],
    [
      "ExternalSecret payment",
      { "/apis/external-secrets.io/v1beta1/externalsecrets": { metadata: { name: "payment" } } },
    ],
    [
      "SealedSecret payment",
      { "/apis/bitnami.com/v1alpha1/sealedsecrets": { metadata: { name: "payment" } } },
    ],
    [
      "Ingress shop",
      {
        "/apis/cert-manager.io/v1/certificates": { metadata: { name: "other" } },
        "/apis/networking.k8s.io/v1/ingresses": {
          metadata: { name: "shop", annotations: { "cert-manager.io/issuer": "ca" } },
          spec: { tls: [{ secretName: "payment" }] },
        },
      },
    ],
  ])("is waited for where there is %s", async (owner, objects) => {
    expect(await failsAt(objects)).toEqual({
      at: 61,
      notes: [`${owner} is to make it, which gets 60 s (tolerate.configSeconds)`],
    });
  });

  test.each<[string, Readonly<Record<string, object>>]>([
    ["nobody is to make it", {}],
    [
      "a controller is to make another one",
      { "/apis/bitnami.com/v1alpha1/sealedsecrets": { metadata: { name: "other" } } },
    ],
    [
      "an Ingress names it, and nobody issues certificates",
      {
        "/apis/networking.k8s.io/v1/ingresses": {
          metadata: { name: "shop", annotations: { "cert-manager.io/issuer": "ca" } },
          spec: { tls: [{ secretName: "payment" }] },
        },
      },
    ],
    [
      "an Ingress names it that nobody issues certificates for",
      {
        "/apis/cert-manager.io/v1/certificates": { metadata: { name: "other" } },
        "/apis/networking.k8s.io/v1/ingresses": {
          metadata: { name: "shop" },
          spec: { tls: [{ secretName: "payment" }] },
        },
      },
    ],
  ])("fails at once where %s", async (_case, objects) => {
    expect(await failsAt(objects)).toEqual({ at: 1, notes: undefined });
  });

  test("fails at once where nobody may look for its maker, and says what may not be listed of what is served", async () => {
    const served = ["/apis/cert-manager.io/v1", "/apis/bitnami.com/v1alpha1"];
    const { at, notes } = await failsAt({}, release(), missing(), { served, refused: true });
    expect(at).toBe(1);
    expect(notes).toEqual([
      "whether a controller is about to make it is unknown: this identity may not list certificates.cert-manager.io, sealedsecrets.bitnami.com, ingresses.networking.k8s.io; an administrator grants that, or tolerate.configSeconds says how long to wait",
    ]);
    const plain = await failsAt({}, release(), missing(), { served: [], refused: true });
    expect(plain).toEqual({ at: 1, notes: undefined });
    const told = release({ tolerate: { configSeconds: 0 } });
    expect(await failsAt({}, told, missing(), { served, refused: true })).toEqual({
      at: 1,
      notes: undefined,
    });
  });

  test("is waited for by tolerate.configSeconds, whoever makes it", async () => {
    const inputs = release({ tolerate: { configSeconds: 20 } });
    expect(await failsAt({}, inputs)).toEqual({
      at: 21,
      notes: ["what is missing gets 20 s (tolerate.configSeconds)"],
    });
    expect((await failsAt({}, release({ tolerate: { configSeconds: 0 } }))).at).toBe(1);
  });

  test("is the one that lacks a key, too, by the kubelet's other words", async () => {
    const objects = {
      "/apis/bitnami.com/v1alpha1/sealedsecrets": { metadata: { name: "payment" } },
    };
    const words = "couldn't find key token in Secret shop-dev/payment";
    expect((await failsAt(objects, release(), missing(words))).at).toBe(61);
  });

  describe("that an image is pulled with", () => {
    const unlogged = (
      message = "pulling from host r.example.com failed with status code: 401 Unauthorized",
      missed = "payment",
    ): Observed => {
      const pod = unreadyPod("shop-new-1", "shop-new-uid", {
        state: { waiting: { reason: "ErrImagePull", message } },
      });
      const spec = {
        containers: [{ name: "shop", image: "r.example.com/shop" }],
        imagePullSecrets: [{ name: "payment" }],
      };
      const words = `Unable to retrieve some image pull secrets (${missed}); attempting to pull the image may not succeed.`;
      const { uid = "" } = pod.metadata ?? {};
      const event = eventOf("FailedToRetrieveImagePullSecret", words, { uid, type: "Warning" });
      return { ...crashed(1), pods: [{ ...pod, spec }], warnings: [event] };
    };

    test("may have come a moment after the pod: the kubelet asks again", async () => {
      expect(await failsAt({}, release(), unlogged())).toEqual({ at: 31, notes: undefined });
      const hidden = unlogged("r.example.com/shop: not found");
      expect(await failsAt({}, release(), hidden)).toEqual({ at: 31, notes: undefined });
      const told = release({ tolerate: { configSeconds: 5 } });
      expect((await failsAt({}, told, unlogged())).at).toBe(6);
    });

    test("is waited for where a controller is to make it", async () => {
      const path = "/apis/bitnami.com/v1alpha1/sealedsecrets";
      const objects = { [path]: { metadata: { name: "payment" } } };
      expect(await failsAt(objects, release(), unlogged())).toEqual({
        at: 61,
        notes: ["SealedSecret payment is to make it, which gets 60 s (tolerate.configSeconds)"],
      });
    });

    test("fails where the kubelet does not say in a moment that it lacked it", async () => {
      expect((await failsAt({}, release(), unlogged(undefined, "other"))).at).toBe(3);
      const had = { ...unlogged(), warnings: [] };
      expect((await failsAt({}, release(), had)).at).toBe(3);
    });

    test("and that was written right before the pod may not be what the kubelet has asked with", async () => {
      const had = { ...unlogged(), warnings: [] };
      const [pod] = had.pods;
      const born = { ...pod, metadata: { ...pod?.metadata, creationTimestamp: BORN } };
      const pulled = { ...had, pods: [born] } as Observed;
      const at = (writtenAt: string, inputs = release()) =>
        failsAt({}, inputs, pulled, { served: [], writtenAt });
      expect(await at("2026-01-01T11:59:30Z")).toEqual({
        at: 31,
        notes: [
          'the pull secret "payment" was written just before, and the kubelet may have asked without it: it asks again, which gets 30 s (tolerate.configSeconds)',
        ],
      });
      expect((await at("2026-01-01T12:00:20Z")).at).toBe(31);
      expect((await at("2026-01-01T11:58:00Z")).at).toBe(3);
      expect((await at("")).at).toBe(3);
      expect((await at(BORN, release({ tolerate: { configSeconds: 0 } }))).at).toBe(3);
      expect((await at(BORN, release({ tolerate: { configSeconds: 40 } }))).at).toBe(41);
    });

    test("is named beside what the registry says", () => {
      const judged = new Rollout(release(), 0).judge(unlogged(), 31_001);
      const late = new Rollout(release({ tolerate: { configSeconds: 0 } }), 0);
      expect(judged.kind).toBe("progressing");
      expect(late.judge(unlogged(), 1000)).toMatchObject({
        reason: "image-unauthorized",
        message:
          'the registry refuses the node r.example.com/shop, for which it could not get the pull secret "payment"',
      });
    });
  });
});
