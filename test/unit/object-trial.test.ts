// Cannot prove what an API server accepts: test/e2e/exceptions.test.ts and own-manifests-*.test.ts ask a real one.
import { ApiError } from "../../provider/cluster/api-error.ts";
import { tryObjects } from "../../provider/object-trial.ts";

const { signal } = new AbortController();

/** What is answered where each request meets one of these errors, by the path's beginning; and the paths. */
const tried = async (
  errors: Readonly<Record<string, ApiError>>,
  args: Readonly<Record<string, unknown>>,
) => {
  const paths: string[] = [];
  const post = (path: string): Promise<unknown> => {
    paths.push(path);
    const [, error] = Object.entries(errors).find(([start]) => path.startsWith(start)) ?? [];
    return error === undefined ? Promise.resolve({}) : Promise.reject(error);
  };
  return { answer: await tryObjects(args, { post }, signal), paths };
};
const object = (apiVersion: string, kind: string) => ({
  ...{ apiVersion, kind, metadata: { name: "a", namespace: "store" } },
});

test("asks by the names of the resources, and by those of the kinds where none are given", async () => {
  const database = object("mysql.example.com/v1", "Mysql");
  const strict = "?dryRun=All&fieldValidation=Strict&fieldManager=slipway";
  const named = await tried({}, { objects: [database], resources: ["mysqls"] });
  expect(named.paths).toEqual([`/apis/mysql.example.com/v1/namespaces/store/mysqls${strict}`]);
  const formed = await tried({}, { objects: [object("v1", "ConfigMap")] });
  expect(formed.paths).toEqual([`/api/v1/namespaces/store/configmaps${strict}`]);
  expect(formed.answer).toEqual({ refused: [] });
});

test("says what is refused, and what whoever asks may not create; what exists is as good as new", async () => {
  const objects = ["Service", "Role", "Pod", "ConfigMap"].map((kind) => object("v1", kind));
  const { answer } = await tried(
    {
      "/api/v1/namespaces/store/services": new ApiError(422, "spec.ports: Required value"),
      "/api/v1/namespaces/store/roles": new ApiError(
        403,
        'roles is forbidden: User "u" cannot create resource "roles" in API group ""',
      ),
      "/api/v1/namespaces/store/pods": new ApiError(403, "pods is forbidden: exceeded quota"),
      "/api/v1/namespaces/store/configmaps": new ApiError(409, "exists"),
    },
    { objects },
  );
  expect(answer).toEqual({
    refused: [{ index: 0, message: "spec.ports: Required value" }],
    forbidden: [{ index: 1, message: expect.stringContaining("cannot create resource") as string }],
  });
});

test("tries an object elsewhere if its namespace comes with this run", async () => {
  const missing = new ApiError(404, 'namespaces "store" not found');
  const refused = new ApiError(400, "strict decoding error: unknown field");
  const { answer } = await tried(
    { "/api/v1/namespaces/store/": missing, "/api/v1/namespaces/default/": refused },
    { objects: [object("v1", "Service")] },
  );
  expect(answer.refused).toEqual([{ index: 0, message: refused.message }]);
});
