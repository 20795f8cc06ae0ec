// Proves in which order works get their turn; that the requests to an API server do is proved in provider-cluster.test.ts.
import { Turns } from "../../provider/cluster/turns.ts";

/** A work that ends when it is told to. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begun = jest.fn(() => promise);
  return { begun, resolve, reject };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("of more works than may be under way the others wait, and each gets its turn when one has ended", async () => {
  const turns = new Turns(2);
  const works = [work(), work(), work(), work()] as const;
  const results = works.map(({ begun }) => turns.take(begun));
  const begun = () => works.map(({ begun }) => begun.mock.calls.length);
  await settled();
  expect(begun()).toEqual([1, 1, 0, 0]);
  works[1].reject(new Error("no answer"));
  await expect(results[1]).rejects.toThrow("no answer");
  await settled();
  expect(begun()).toEqual([1, 1, 1, 0]);
  works[0].resolve("first");
  works[2].resolve("third");
  works[3].resolve("fourth");
  await expect(Promise.all([results[0], results[2], results[3]])).resolves.toEqual([
    "first",
    "third",
    "fourth",
  ]);
});

test("who gives up takes nobody's turn", async () => {
  const turns = new Turns(1);
  const [first, second, third] = [work(), work(), work()];
  const end = new AbortController();
  const results = [
    turns.take(first.begun),
    turns.take(second.begun, end.signal),
    turns.take(third.begun),
  ] as const;
  end.abort(new Error("the time is over"));
  await expect(results[1]).rejects.toThrow("the time is over");
  await expect(turns.take(second.begun, end.signal)).rejects.toThrow("the time is over");
  first.resolve("first");
  third.resolve("third");
  await expect(results[2]).resolves.toBe("third");
  expect(second.begun).not.toHaveBeenCalled();
});
