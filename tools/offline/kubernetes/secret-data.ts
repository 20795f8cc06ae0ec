import type { KubernetesObject } from "./object.ts";

type Data = Readonly<Record<string, unknown>>;

/** A Secret with all its contents as `data`, as the API server returns it: base64 on one line. */
export function withData(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, stringData, ...rest } = object;
  const data = [
    ...entriesOf(object["data"]).map(([key, value]) => [key, value.replace(/[\r\n]/g, "")]),
    ...entriesOf(stringData).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  ];
  return kind !== "Secret" || data.length === 0
    ? object
    : { ...rest, apiVersion, kind, metadata, data: Object.fromEntries(data) as Data };
}

function entriesOf(contents: unknown): [string, string][] {
  return Object.entries((contents ?? {}) as Data).map(([key, value]) => [key, String(value)]);
}

/** The error without the contents of a Secret, which the API server may quote. */
export function masked(error: unknown, object: KubernetesObject): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  if (object.kind !== "Secret") {
    return failure;
  }
  for (const value of Object.values((object["data"] ?? {}) as Data)) {
    const plain = Buffer.from(String(value), "base64").toString();
    for (const secret of [String(value), plain].filter((each) => each !== "")) {
      failure.message = failure.message.replaceAll(secret, "[secret]");
    }
  }
  return failure;
}
