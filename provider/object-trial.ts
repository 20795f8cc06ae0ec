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

/** A right that is missing; quotas, levels and policies forbid as well, and say so otherwise. */
const NO_RIGHT = /\bcannot create resource\b/;
const FORBIDDEN = 403;

const schema = z.object({
  /** In the plural, as in paths, in the order of the objects. Without them they are formed from the kinds. */
  resources: z.array(z.string()).exactOptional(),
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
  const { objects, resources = [] } = parsed(schema, args);
  const entries = objects.map((object, index) => {
    return { object, resource: resources[index] ?? pluralOf(object.kind) };
  });
  const errors = await atATime(TOGETHER, entries, (each) => refusalOf(each, api, signal));
  const those = (has: (error: ApiError) => boolean) =>
    errors.flatMap((error, index) =>
      error !== undefined && has(error)
        ? [{ index, message: oneLine(error.message, CHARACTERS) }]
        : [],
    );
  const forbidden = those(({ status, message }) => status === FORBIDDEN && NO_RIGHT.test(message));
  return {
    refused: those(({ status }) => REFUSALS.includes(status)),
    ...(forbidden.length > 0 && { forbidden }),
  };
}

/** An object, and how it is served. */
interface Entry {
  readonly object: Tried;
  readonly resource: string;
}

async function refusalOf(
  { object, resource }: Entry,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<ApiError | undefined> {
  const error = await attempt({ object, resource }, api, signal);
  if (error?.status !== NOT_FOUND || object.metadata.namespace === DEFAULT_NAMESPACE) {
    return error;
  }
  // The namespace comes with the first up; the same object is as right or wrong elsewhere.
  const metadata = { ...object.metadata, namespace: DEFAULT_NAMESPACE };
  return attempt({ object: { ...object, metadata }, resource }, api, signal);
}

async function attempt(
  { object, resource }: Entry,
  api: Pick<Api, "post">,
  signal: AbortSignal,
): Promise<ApiError | undefined> {
  try {
    await api.post(
      `${pathOf(object, resource)}?dryRun=All&fieldValidation=Strict&fieldManager=slipway`,
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

function pathOf({ apiVersion, metadata: { namespace } }: Tried, resource: string): string {
  return `${rootOf(apiVersion)}/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(resource)}`;
}
