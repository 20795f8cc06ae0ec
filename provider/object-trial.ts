import { z } from "zod";

import { pluralOf } from "../contract/names.ts";
import type { ObjectTrial } from "../contract/object-trial.ts";
import type { Properties } from "../wire/plugin.ts";
import { ApiError } from "./cluster/api-error.ts";
import type { Api } from "./cluster/api.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { DEFAULT_NAMESPACE, rootOf } from "./cluster/collection.ts";
import { oneLine } from "./cluster/one-line.ts";
import { parsed } from "./input-schema.ts";

const NOT_FOUND = 404;
/** What says that an object is wrong: not that it exists, or that whoever asks may not create it. */
const REFUSALS = [400, 422];
const CHARACTERS = 1000;
/** Objects that are tried at a time: manifests may have hundreds. */
const TOGETHER = 8;

const schema = z.object({
  objects: z.array(
    z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
    }),
  ),
});

type Tried = z.output<typeof schema>["objects"][number];

/**
 * The function `slipway:index:tryObjects`: what the API server says to the creation of objects, by a dry run that knows no field that the
 * API has not. One that exists already is as good as a new one: it is looked at before that is noticed.
 */
export async function tryObjects(
  args: Properties,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<ObjectTrial> {
  const { objects } = parsed(schema, args);
  const answers = await atATime(TOGETHER, objects, (object) => refusalOf(object, api, signal));
  return {
    refused: answers.flatMap((message, index) =>
      message === undefined ? [] : [{ index, message }],
    ),
  };
}

async function refusalOf(
  object: Tried,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const error = await attempt(object, api, signal);
  if (error?.status !== NOT_FOUND || object.metadata.namespace === DEFAULT_NAMESPACE) {
    return messageOf(error);
  }
  // The namespace comes with the first up; the same object is as right or wrong elsewhere.
  const elsewhere = { ...object.metadata, namespace: DEFAULT_NAMESPACE };
  return messageOf(await attempt({ ...object, metadata: elsewhere }, api, signal));
}

async function attempt(
  object: Tried,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<ApiError | undefined> {
  try {
    await api.post(
      `${pathOf(object)}?dryRun=All&fieldValidation=Strict&fieldManager=slipway`,
      object,
      signal,
    );
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
}

function messageOf(error: ApiError | undefined): string | undefined {
  return error !== undefined && REFUSALS.includes(error.status)
    ? oneLine(error.message, CHARACTERS)
    : undefined;
}

function pathOf({ apiVersion, kind, metadata: { namespace } }: Tried): string {
  return `${rootOf(apiVersion)}/namespaces/${encodeURIComponent(namespace)}/${pluralOf(kind)}`;
}
