import { PartialFailure, type Plugin, type Properties } from "../../../wire/plugin.ts";
import { containsSecret, isSecret, secret, unmarked } from "../../../wire/struct.ts";
import { inputsIn, withInputs } from "./state.ts";

/** Of a Secret, these are secret whatever the program says of them. */
const CONTENTS = ["data", "stringData"];

/**
 * A plugin that marks its secrets itself, since the state has each input twice: as an input, and in the outputs where
 * the engine would not look for it. The plugin inside has plain values only.
 */
export function markingSecrets(plugin: Plugin): Plugin {
  return {
    ...plugin,
    marksSecrets: true,
    check: async (subject, { news, ...args }) => {
      const { inputs, ...rest } = await plugin.check(subject, { ...args, news: plain(news) });
      return { ...rest, inputs: marked(inputs, news) };
    },
    create: (subject, { inputs, ...args }) =>
      failing(inputs, async () => {
        const created = await plugin.create(subject, { ...args, inputs: plain(inputs) });
        return { ...created, outputs: markedOutputs(created.outputs, inputs) };
      }),
    update: (subject, { news, ...args }) =>
      failing(news, async () =>
        markedOutputs(await plugin.update(subject, { ...args, news: plain(news) }), news),
      ),
    read: async (subject, { inputs, ...args }) => {
      const found = await plugin.read(subject, { ...args, inputs: plain(inputs) });
      return (
        found && {
          ...found,
          outputs: markedOutputs(found.outputs, inputs),
          inputs: marked(found.inputs ?? {}, inputs),
        }
      );
    },
  };
}

async function failing<Result>(
  inputs: Properties,
  operation: () => Promise<Result>,
): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof PartialFailure) {
      const outputs = markedOutputs(error.outputs, inputs);
      throw new PartialFailure(error.message, error.id, outputs, error.reasons);
    }
    throw error;
  }
}

function plain(properties: Properties): Properties {
  return unmarked(properties) as Properties;
}

function markedOutputs(outputs: Properties, inputs: Properties): Properties {
  const kept = inputsIn(outputs);
  const all = marked(outputs, inputs);
  return kept === undefined ? all : withInputs(all, marked(kept, inputs));
}

/** Properties with the marks of others: of an object the same fields, of a list all of it. */
function marked(properties: Properties, others: Properties): Properties {
  const isOfSecret = properties["kind"] === "Secret";
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      if (isOfSecret && CONTENTS.includes(key)) {
        return [key, secret(value)];
      }
      const other = others[key];
      return [key, containsSecret(other) ? markedValue(value, other) : value];
    }),
  );
}

function markedValue(value: unknown, other: unknown): unknown {
  return isObject(value) && isObject(other) && !isSecret(other)
    ? marked(value, other)
    : secret(value);
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
