import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import type { Plugin, Subject } from "../../../wire/plugin.ts";
import { asObject, DEFINITION, idOf, isBuiltIn, type KubernetesObject } from "./object.ts";
import { normalized } from "./normal-form.ts";
import { outputsOf } from "./state.ts";

/** What is done with an object whose provider has `renderYamlToDirectory`. */
type Rendering = Pick<Plugin, "create" | "read" | "update" | "delete">;

/** Definitions in a folder of their own, so that they are applied first. */
const FOLDERS = { definitions: "0-crd", others: "1-manifest" };

/**
 * Writes objects as files, and asks no cluster about them. What a state has of an object that was written is what the program said.
 *
 * @param folder for all files
 */
export function rendering(folder: string): Rendering {
  const render = async ({ type }: Subject, properties: Parameters<typeof asObject>[0]) => {
    const object = normalized(asObject(properties, type));
    const file = join(folder, fileOf(object));
    await Promise.all(
      Object.values(FOLDERS).map((each) => mkdir(join(folder, each), { recursive: true })),
    );
    await writeFile(file, stringify(object, { sortMapEntries: true }), { mode: 0o600 });
    return object;
  };
  return {
    async create(subject, { inputs, preview }) {
      if (preview) {
        return { id: "", outputs: inputs };
      }
      const object = await render(subject, inputs);
      return { id: idOf(object.metadata), outputs: outputsOf(object, inputs, {}) };
    },
    async update(subject, { news, oldOutputs, preview }) {
      return preview ? news : outputsOf(await render(subject, news), news, oldOutputs);
    },
    async delete({ type }, { outputs, inputs }) {
      await rm(join(folder, fileOf(asObject({ ...outputs, ...inputs }, type))), { force: true });
    },
    read: (_subject, { id, outputs, inputs }) => Promise.resolve({ id, outputs, inputs }),
  };
}

/** Where the official plugin writes an object. */
function fileOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const { name = "", namespace = "default" } = metadata;
  const isDefinition = kind === DEFINITION && isBuiltIn(apiVersion);
  const group = apiVersion.replaceAll(/[/:]/g, "_");
  return join(
    isDefinition ? FOLDERS.definitions : FOLDERS.others,
    `${group}-${kind.toLowerCase()}-${namespace}-${name}.yaml`,
  );
}
