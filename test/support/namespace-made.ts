import { setTimeout as sleep } from "node:timers/promises";

import { cluster } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";

/** Ends as soon as an `up` has created its namespace: what its services need can then be put there before they start. */
export async function namespaceMade(namespace: string): Promise<void> {
  for (
    let rest = 600;
    (await cluster.find(NAMESPACE, undefined, namespace)) === undefined;
    rest -= 1
  ) {
    if (rest === 0) {
      throw new Error(`there is no namespace ${namespace} after 120 s`);
    }
    await sleep(200);
  }
}

/** A Secret of somebody else, as the settings refer to it. */
export async function createSecret(
  namespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
): Promise<void> {
  await cluster.create({
    ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace } },
    stringData,
  });
}
