import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

import schema from "../../docs/outputs.schema.json" with { type: "json" };

const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  // a field of the record may be null, and `then` speaks of fields described above it
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema);

/** What is wrong with a stack's outputs by docs/outputs.schema.json; empty where nothing is. */
export function faultsOf(outputs: unknown): readonly ErrorObject[] {
  return validate(outputs) ? [] : (validate.errors ?? []);
}
