import type { KubernetesObject } from "./object.ts";

type Data = Readonly<Record<string, unknown>>;

/** A Secret with all its contents as `data`: of `stringData` the API server remembers no manager. */
export function withData(object: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = object;
  if (object.kind !== "Secret" || typeof stringData !== "object" || stringData === null) {
    return object;
  }
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  const data = {
    ...(object["data"] as Data | undefined),
    ...(Object.fromEntries(encoded) as Data),
  };
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    data,
  };
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
