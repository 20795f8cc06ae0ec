import { z } from "zod";

import type {
  FilesDefinition,
  FileSource,
  FolderForm,
  FolderItem,
} from "../../components/service/files.ts";
import type { Whole } from "../../components/service/variables.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, listOf, type Mapping, mapping } from "../mapping.ts";
import { exactlyOne } from "./exactly-one.ts";
import { FILE_KEYS, WHOLE } from "./variables.ts";

const file: z.ZodType<FileSource> = z.union([z.string(), ...FILE_KEYS], {
  error:
    "allowed: the text of the file, {secret, key} of an existing Secret, {configMap, key} of an existing ConfigMap, or {credential, key} of slipway:credentials",
});

const mode = field.text(/^0?[0-7]{3}$/, 'octal digits in quotes such as "0440"');

const item = field.mapping(
  {
    key: field.dataKey,
    path: field.text(
      /^(?!\.\.)[^/\s\0]+(\/(?!\.{1,2}(\/|$))[^/\s\0]+)*$/,
      "a path below the folder such as tls/server.crt, without .. in it",
    ),
    mode: mode.exactOptional(),
  } satisfies ShapeOf<FolderItem>,
  "key and path, and mode as needed",
);

/** Which one of the objects it is, `filesFaults` says: a union would not name what is wrong within one. */
const folder = field.mapping(
  {
    secret: field.objectName.exactOptional(),
    configMap: field.objectName.exactOptional(),
    credential: field.objectName.exactOptional(),
    items: field.list(item, "a list of {key, path}").exactOptional(),
    mode: mode.exactOptional(),
    optional: field.choice("whether pods start without it").exactOptional(),
  },
  `one of ${WHOLE.join(", ")}, and as needed items, mode and optional`,
) as unknown as z.ZodType<Whole & FolderForm>;

/** The form of a service's files and folders. */
export function filesShape() {
  return {
    files: field
      .named(field.filePath, file, "a mapping of absolute paths to their text")
      .exactOptional(),
    folders: field
      .named(field.filePath, folder, "a mapping of absolute paths to Secrets and ConfigMaps")
      .exactOptional(),
  } satisfies ShapeOf<FilesDefinition>;
}

/** What is wrong within what folders are made of. */
export function filesFaults({ folders }: Mapping): Fault[] {
  return Object.entries(fieldsOf(folders)).flatMap(([path, written]) => {
    const fields = mapping(written);
    return under(
      ["folders", path],
      fields === undefined ? [] : [...exactlyOne(fields, WHOLE), ...itemFaults(fields["items"])],
    );
  });
}

/** Of two keys that become one file the kubelet takes any. */
function itemFaults(items: unknown): Fault[] {
  const written = listOf(items);
  const paths = written.map((each) => String(fieldsOf(each)["path"]));
  return paths.flatMap((path, index) => {
    const other = paths
      .slice(0, index)
      .find((each) => each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`));
    return faultIf(
      other !== undefined,
      ["items", index, "path"],
      got(
        path,
        `allowed: a path that is neither that of another item nor its folder, and ${other ?? ""} is there; give one of them a different one`,
      ),
    );
  });
}
