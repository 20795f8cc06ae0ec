// Proves in which order steps go and how they end; what each does is proved by the platform's own stories.
import { inOrder, runSteps, type Step, step, together } from "../../tools/platform/step-list.ts";
import { until } from "../support/until.ts";

let done: string[];
beforeEach(() => {
  done = [];
  jest.spyOn(console, "log").mockImplementation();
  jest.spyOn(process.stdout, "write").mockReturnValue(true);
});

const quick = (name: string): Step =>
  step(name, () => {
    done.push(name);
    return Promise.resolve();
  });
const failing = (name: string, begun: string): Step =>
  step(name, async () => {
    await until(() => done.includes(begun));
    done.push(name);
    throw new Error(`${name} failed`);
  });
/** As a compiler that takes minutes. */
const long = (name: string): Step =>
  step(name, async (_, signal) => {
    done.push(name);
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
    done.push(`${name} was ended`);
  });

test("steps go one after the other, or beside each other", async () => {
  await runSteps([
    quick("first"),
    together("both", [inOrder("one", [quick("second"), quick("third")]), quick("beside")]),
    quick("last"),
  ]);
  expect(done.filter((name) => name !== "beside")).toEqual(["first", "second", "third", "last"]);
  expect(done.slice(1, -1)).toContain("beside");
});

test("a failure ends what takes long beside it, and no other step begins", async () => {
  const cluster = inOrder("cluster", [
    quick("packages"),
    failing("build", "engine"),
    quick("start"),
  ]);
  const run = runSteps([together("all", [long("engine"), cluster]), quick("last")]);
  await expect(run).rejects.toThrow("build failed");
  expect(done).toEqual(["engine", "packages", "build", "engine was ended"]);
});

test("a failure beside steps in order ends these at the next", async () => {
  const cluster = inOrder("cluster", [long("build"), quick("start")]);
  await expect(runSteps([together("all", [cluster, failing("engine", "build")])])).rejects.toThrow(
    "engine failed",
  );
  expect(done).toEqual(["build", "engine", "build was ended"]);
});
