// Pure functions of the wire; that the engine uses the same marks is proved in test/plugins.
import { formatPath, parsePath, valueAt } from "../../wire/property-path.ts";
import { containsUnknown, isUnknown, UNKNOWN } from "../../wire/unknown.ts";

test("knows an unknown of any type, and no ordinary string", () => {
  expect(isUnknown(UNKNOWN)).toBe(true);
  expect(isUnknown("1c4a061d-8072-4f0a-a4cb-0ff528b18fe7")).toBe(true);
  expect(isUnknown("04da6b54")).toBe(false);
  expect(isUnknown({ a: UNKNOWN })).toBe(false);
});

test("finds an unknown inside lists and objects", () => {
  expect(containsUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
  expect(containsUnknown({ a: [{ b: null }, 1, "x"] })).toBe(false);
});

test.each([
  [["spec", "containers", 0, "image"], "spec.containers[0].image"],
  [["data", "a.b"], 'data["a.b"]'],
  [
    ["metadata", "annotations", "pulumi.com/skipAwait"],
    'metadata.annotations["pulumi.com/skipAwait"]',
  ],
  [["data", 'say "x"'], 'data["say \\"x\\""]'],
])("a property path reads back as it was written: %j", (keys, path) => {
  expect(formatPath(keys)).toBe(path);
  expect(parsePath(path)).toEqual(keys.map(String));
});

test("a value that is not there is undefined", () => {
  expect(valueAt({ a: [{ b: 1 }] }, ["a", "0", "b"])).toBe(1);
  expect(valueAt({ a: null }, ["a", "b"])).toBeUndefined();
  expect(valueAt({}, ["toString"])).toBeUndefined();
});
