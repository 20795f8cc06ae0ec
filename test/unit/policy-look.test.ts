// Cannot prove how long an API server takes to read a policy: the story of the policy has a real one.
import { ApiError } from "../../provider/cluster/api-error.ts";
import { policyInForce } from "../../provider/policy-look.ts";

const args = { namespace: "shop", version: "policy sha256:new" };
const refused = (version: string) => new ApiError(422, `denied request: policy sha256:${version}`);

/** Asks an API server that answers so, one answer after the other, and the last one from then on. */
async function look(...answers: readonly (ApiError | undefined)[]) {
  jest.useFakeTimers();
  const asked: string[] = [];
  const api = {
    post: (path: string) => {
      const answer = answers[Math.min(asked.push(path), answers.length) - 1];
      return answer === undefined ? Promise.resolve({}) : Promise.reject(answer);
    },
  };
  const found = policyInForce(args, api, new AbortController().signal);
  await jest.advanceTimersByTimeAsync(60_000);
  jest.useRealTimers();
  return { ...(await found), asked };
}

test("a policy is in force once the API server refuses the probe by it", async () => {
  const { policy, asked } = await look(undefined, refused("old"), refused("new"));
  expect(policy).toBe("in-force");
  expect(asked).toHaveLength(3);
  expect(new Set(asked)).toEqual(new Set(["/api/v1/namespaces/shop/secrets?dryRun=All"]));
});

test.each([403, 404])("who gets a %i is told nothing, and does not wait", async (status) => {
  const { policy, asked } = await look(new ApiError(status, "no"));
  expect(policy).toBe("unknown");
  expect(asked).toHaveLength(1);
});

test("one that does not come is told after a while", async () => {
  expect((await look(refused("old"))).policy).toBe("not-in-force");
});

test("what is no answer of the API server is no answer on the policy", async () => {
  const api = { post: () => Promise.reject(new Error("connection refused")) };
  const { signal } = new AbortController();
  await expect(policyInForce(args, api, signal)).rejects.toThrow("connection refused");
});
