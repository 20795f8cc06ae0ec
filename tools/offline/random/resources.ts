import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { CheckFailure, Created, Properties } from "../../../wire/plugin.ts";
import { CHARACTER_DEFAULTS, checkCharacters, randomCharacters } from "./characters.ts";

/** One kind of random value. */
export interface RandomResource {
  readonly defaults: Properties;
  /** Outputs that only a real run can tell. */
  readonly made: readonly string[];
  check(inputs: Properties): CheckFailure[];
  make(inputs: Properties): Created;
}

/** The kinds of random value that the stand-in makes, by type token. */
export const RANDOM_RESOURCES: ReadonlyMap<string, RandomResource> = new Map([
  ["random:index/randomPassword:RandomPassword", characters(() => "none")],
  ["random:index/randomString:RandomString", characters((result) => result)],
  ["random:index/randomId:RandomId", id()],
  ["random:index/randomBytes:RandomBytes", bytes()],
  ["random:index/randomInteger:RandomInteger", integer()],
  ["random:index/randomUuid:RandomUuid", uuid()],
]);

function characters(idOf: (result: string) => string): RandomResource {
  return {
    defaults: CHARACTER_DEFAULTS,
    made: ["result"],
    check: checkCharacters,
    make: (inputs) => {
      const result = randomCharacters(inputs);
      return { id: idOf(result), outputs: { ...inputs, result } };
    },
  };
}

function id(): RandomResource {
  return {
    defaults: {},
    made: ["b64Std", "b64Url", "dec", "hex"],
    check: (inputs) => positive(inputs, "byteLength"),
    make: (inputs) => {
      const value = randomBytes(Number(inputs["byteLength"]));
      const prefix = typeof inputs["prefix"] === "string" ? inputs["prefix"] : "";
      const hex = value.toString("hex");
      const outputs = {
        ...inputs,
        b64Std: prefix + value.toString("base64"),
        b64Url: prefix + value.toString("base64url"),
        dec: prefix + BigInt(`0x${hex}`).toString(),
        hex: prefix + hex,
      };
      return { id: value.toString("base64url"), outputs };
    },
  };
}

function bytes(): RandomResource {
  return {
    defaults: {},
    made: ["base64", "hex"],
    check: (inputs) => positive(inputs, "length"),
    make: (inputs) => {
      const value = randomBytes(Number(inputs["length"]));
      const outputs = { ...inputs, base64: value.toString("base64"), hex: value.toString("hex") };
      return { id: "none", outputs };
    },
  };
}

function integer(): RandomResource {
  return {
    defaults: {},
    made: ["result"],
    check: ({ min, max, seed }) => {
      if (seed !== undefined) {
        return [
          {
            property: "seed",
            reason:
              "the offline stand-in cannot repeat the official plugin's sequence; leave it out",
          },
        ];
      }
      const inOrder = Number.isInteger(min) && Number.isInteger(max) && Number(min) <= Number(max);
      return inOrder
        ? []
        : [
            {
              property: "max",
              reason: `got ${String(max)}, allowed: a whole number of at least min, ${String(min)}`,
            },
          ];
    },
    make: (inputs) => {
      const result = randomInt(Number(inputs["min"]), Number(inputs["max"]) + 1);
      return { id: String(result), outputs: { ...inputs, result } };
    },
  };
}

function uuid(): RandomResource {
  return {
    defaults: {},
    made: ["result"],
    check: () => [],
    make: (inputs) => {
      const result = randomUUID();
      return { id: result, outputs: { ...inputs, result } };
    },
  };
}

function positive(inputs: Properties, property: string): CheckFailure[] {
  const value = inputs[property];
  return Number.isInteger(value) && Number(value) > 0
    ? []
    : [{ property, reason: `got ${String(value)}, allowed: a whole number of at least 1` }];
}
