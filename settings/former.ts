import type { ShapeOf } from "../contract/field.ts";
import * as field from "./fields.ts";

/** What the stack's state may still have of earlier settings, until an up has replaced it. See docs/state.md. */
export interface Former {
  /** Of services, lanes and credentials. */
  readonly namespaces?: readonly string[];
  /** Outside of the services' namespace, as namespace/name. */
  readonly credentials?: readonly string[];
  /** Names of the cluster's context. */
  readonly contexts?: readonly string[];
  /** By which the cluster was known: a state with one of these is replaced as a whole. */
  readonly identifiers?: readonly string[];
  /** Paths of the kubeconfig, or ${NAME} for the variable that had it. */
  readonly kubeconfigs?: readonly string[];
  /** Plugins by version, such as kubernetes@4.34.2. */
  readonly plugins?: readonly string[];
  /** Where Prometheus was asked. */
  readonly prometheus?: readonly string[];
  /** Stacks that were promoted from, or had values of credentials. */
  readonly stacks?: readonly string[];
}

const text = (form: RegExp, what: string) =>
  field.list(field.text(form, what), `a list, each ${what}`).exactOptional();

/** The form of the setting. The program does not use it: `npx slipway verify-state` does. */
export const formerSchema = field.mapping(
  {
    namespaces: field.list(field.label, "a list of namespaces").exactOptional(),
    credentials: text(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, "a credential as namespace/name"),
    contexts: text(/./, "the name of a context"),
    identifiers: text(/./, "an identifier of the cluster"),
    kubeconfigs: text(/^(\/.*|\$\{\w+\})$/, "an absolute path or a variable such as ${KUBECONFIG}"),
    plugins: text(
      /^(kubernetes|random|docker)@[\w.+-]+$/,
      "a plugin and its version such as kubernetes@4.34.2",
    ),
    prometheus: text(/^https?:\/\/\S+$/, "the URL of a Prometheus"),
    stacks: text(/^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/, "the name of a stack"),
  } satisfies ShapeOf<Former>,
  "namespaces, credentials, contexts, identifiers, kubeconfigs, plugins, prometheus and stacks",
);
