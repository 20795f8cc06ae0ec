import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { DiffResult, Properties } from "./plugin.ts";
import { parsePath, valueAt } from "./property-path.ts";

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } =
  providerPb.PropertyDiff.Kind;

/** A diff as the engine takes it: which inputs changed, and for each whether it was added, removed or changed. */
export function diffResponse(
  diff: DiffResult,
  oldInputs: Properties,
  news: Properties,
): providerPb.DiffResponse {
  const replaces = new Set(diff.replaces);
  const changed = new Set([...diff.changed, ...replaces]);
  const response = new providerPb.DiffResponse();
  response.setChanges(
    changed.size > 0
      ? providerPb.DiffResponse.DiffChanges.DIFF_SOME
      : providerPb.DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setDiffsList(rootsOf(changed));
  response.setReplacesList(rootsOf(replaces));
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(true);
  for (const path of changed) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(kindOf(path, replaces.has(path), oldInputs, news));
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function rootsOf(paths: ReadonlySet<string>): string[] {
  return [...new Set([...paths].map((path) => parsePath(path)[0] ?? path))];
}

function kindOf(
  path: string,
  replace: boolean,
  oldInputs: Properties,
  news: Properties,
): providerPb.PropertyDiff.Kind {
  const keys = parsePath(path);
  if (valueAt(oldInputs, keys) === undefined) {
    return replace ? ADD_REPLACE : ADD;
  }
  if (valueAt(news, keys) === undefined) {
    return replace ? DELETE_REPLACE : DELETE;
  }
  return replace ? UPDATE_REPLACE : UPDATE;
}
