// Proves what is read out of a log beside a finding, by two tables: lines that tell the cause, and lines that do not.
import { explained } from "../../provider/verdict/log-hints.ts";
import type { Pod } from "../../provider/verdict/objects.ts";
import type { Reason } from "../../provider/verdict/reasons.ts";
import { NASTY } from "../fixtures/nasty-texts.ts";
import { FACTOR, growth } from "../support/growth.ts";

const POD: Pod = {
  metadata: { name: "shop-1", uid: "shop-1-uid" },
  spec: {
    containers: [
      {
        name: "shop",
        ports: [{ name: "http", containerPort: 8080 }],
        readinessProbe: { httpGet: { path: "/ready", port: "http" } },
      },
    ],
  },
};

const REFUSED =
  'Readiness probe failed: Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused';

interface Case {
  readonly reason?: Reason;
  readonly message?: string;
  readonly lines: readonly string[];
  readonly architecture?: string;
}

function explain({ reason = "not-ready", message = REFUSED, lines, architecture }: Case) {
  return explained({
    finding: { reason, object: "pod shop-1", container: "shop", message },
    pods: [POD],
    logs: [
      {
        ...{ pod: "shop-1", container: "shop", previous: false, lines },
        ...(architecture !== undefined && { architecture }),
      },
    ],
    warnings: [],
  });
}

describe("exec format error", () => {
  const ENDED = "ended 2 times, last with exit code 1 (Error)";
  const crash = (line: string, message = ENDED) =>
    explain({ reason: "crash-loop", message, lines: [line] }).message;

  test.each([
    "exec /app: exec format error",
    "exec /usr/local/bin/shop: exec format error",
    'standard_init_linux.go:211: exec user process caused "exec format error"',
    "standard_init_linux.go:219: exec user process caused: exec format error",
    '{"msg":"exec container process `/app`: Exec format error"}',
    "/bin/sh: /app: cannot execute binary file: Exec format error",
  ])("%s is the cause of a crash", (line) => {
    expect(crash(line)).toBe(
      `exec format error: the image's program is built for another architecture than the node's: ${ENDED}`,
    );
  });

  test("the runtime's message tells it, too", () => {
    const message =
      'ended 2 times, last with exit code 128 (StartError): failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app": exec format error';
    expect(crash("", message)).toMatch(/^exec format error: the image's program .*: ended 2 times/);
  });

  test("a script may only want the line that says who runs it", () => {
    expect(crash("exec /entrypoint.sh: exec format error")).toMatch(
      /or it is a script without a #!/,
    );
  });

  test("the node's architecture is told where it is known", () => {
    const lines = ["exec /app: exec format error"];
    const { message } = explain({
      reason: "crash-loop",
      message: ENDED,
      lines,
      architecture: "arm64",
    });
    expect(message).toMatch(/than the node's \(arm64\): /);
  });

  test.each(["exec format is json", "no database", "plugin skipped: not executable"])(
    "%s is no such cause",
    (line) => {
      expect(crash(line)).toBe(ENDED);
    },
  );

  test("a line before the last is not", () => {
    const lines = ["plugin: exec format error, skipped", "no database"];
    expect(explain({ reason: "crash-loop", message: ENDED, lines }).message).toBe(ENDED);
  });
});

test.each([
  "Listening on http://127.0.0.1:8080",
  "INFO:     Uvicorn running on http://127.0.0.1:8080 (Press CTRL+C to quit)",
  " * Running on http://127.0.0.1:8080/",
  "Server listening at http://[::1]:8080",
  "listening on localhost:8080",
  "  Local:   http://localhost:8080/",
])("%s: it listens on loopback only", (line) => {
  expect(explain({ lines: ["starting", line] }).hints).toEqual([
    expect.stringMatching(/^its log says that it listens on \S+ only, .*0\.0\.0\.0: /),
  ]);
});

test.each([
  "Server listening on port 3000",
  "listening on :3000",
  "Listening on http://0.0.0.0:3000",
  "Tomcat started on port(s): 3000 (http)",
  "Listening on http://127.0.0.1:3000",
  '{"level":"info","message":"listening","pid":1,"port":3000}',
  '{"level":"info","msg":"listening","addr":":3000"}',
])("%s: it listens on another port", (line) => {
  expect(explain({ lines: [line] }).hints).toEqual([
    expect.stringMatching(
      /^its log says that it listens on port 3000, and its probes ask port 8080: /,
    ),
  ]);
});

test("it listens by IPv6, and is asked by IPv4", () => {
  expect(explain({ lines: ["Server listening at http://[::]:8080"] }).hints).toEqual([
    expect.stringMatching(/may be IPv6 only/),
  ]);
});

test.each([
  ["Listening on http://0.0.0.0:8080"],
  ["listening on :8080"],
  [
    "Listening on http://127.0.0.1:8080",
    "Listening on http://10.1.0.7:8080",
    "listening on 0.0.0.0:8080",
  ],
  ["connecting to database at localhost:5432"],
  ["redis client connected, running on 127.0.0.1:6379"],
  ["metrics listening on 127.0.0.1:9090"],
  ["Serving Prometheus on :9090"],
  ["Started management server on port 8081"],
  ["otel telemetry running on :8888"],
  ["Listening for transport dt_socket at address: localhost:5005"],
  ["Debugger listening on ws://127.0.0.1:9229/3fa85f64"],
  ["started at 12:30:45"],
  ["2026-01-01T10:00:01Z started"],
  ["proxying to http://localhost:3000, running"],
  ["listening failed: error on :3000"],
  ["no word of it"],
  ['{"level":30,"time":1764400000000,"pid":12,"msg":"Server listening"}'],
  ['{"level":30,"pid":12,"msg":"Server listening at http://0.0.0.0:8080"}'],
])("%s gives no hint", (...lines) => {
  expect(explain({ lines }).hints).toEqual([]);
});

test("an answer that is no refused connection gives no hint", () => {
  const message = "Readiness probe failed: HTTP probe failed with statuscode: 404";
  expect(explain({ message, lines: ["Listening on http://127.0.0.1:8080"] }).hints).toEqual([]);
});

test.each(NASTY)("the time grows with the length only: %j", (unit) => {
  const work = (text: string) => explain({ lines: [`listening ${text}`] });
  expect(growth(unit, work)).toBeLessThan(3 * FACTOR);
});

describe("a port that another one answers", () => {
  const line = "listen EADDRINUSE: address already in use :::8080";

  test.each([
    line,
    "bind: address already in use",
    "Web server failed to start. Port 8080 was already in use.",
    "OSError: [Errno 98] Address already in use",
  ])("%s is a hint", (said) => {
    const [hint] = explain({
      message: "Readiness probe failed: 404",
      lines: [said, "going on"],
    }).hints;
    expect(hint).toBe(
      `its log says that a port is in use; another process or container of the pod may answer there instead: ${said}`,
    );
  });

  test("is that container's which declares it", () => {
    const [shop] = POD.spec?.containers ?? [];
    const proxy = { name: "proxy", ports: [{ containerPort: 8080 }] };
    const pod = { ...POD, spec: { containers: [shop, proxy] } } as Pod;
    const finding = {
      reason: "crash-loop",
      object: "pod shop-1",
      container: "shop",
      message: "ended",
    } as const;
    const log = { pod: "shop-1", container: "shop", previous: false, lines: [line] };
    expect(explained({ finding, pods: [pod], logs: [log], warnings: [] }).hints).toEqual([
      `its log says that a port is in use; container proxy may answer there instead: ${line}`,
    ]);
  });
});
