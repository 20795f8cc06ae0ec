import { isDeepStrictEqual } from "node:util";

import { RESOURCES } from "../../contract/tokens.ts";
import type { Entry } from "./entry.ts";
import type { Expected } from "./expected.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import type { Made } from "./made-types.ts";
import { fieldOf, textOf } from "./mapping.ts";
import { identityFindings, identityOf } from "./object-entry.ts";
import { credentialFindings, outsideFindings, placeFindings } from "./place.ts";

/** Checks where an entry acts: on which object, in which namespace, on which other stack. */
export function scopeFindings(
  entry: Entry,
  place: { readonly made: Made; readonly name: string },
  expected: Expected,
  find: Findings,
): Finding[] {
  if (entry.type.startsWith("kubernetes:")) {
    const object = identityOf(entry);
    return [
      ...identityFindings(entry, find),
      ...(object === undefined ? [] : placeFindings(object, place, expected, find)),
    ];
  }
  const { made } = place;
  if (made === "reference") {
    return stackFindings(entry, expected, find);
  }
  if (made === "manifest") {
    return awaitedFindings(entry, expected, find);
  }
  if (made !== "service" && made !== "credential") {
    return [];
  }
  return [
    ...sealedFindings(entry, find),
    ...prometheusFindings(entry, expected, find),
    ...namespaceFindings(entry, made, expected, find),
  ];
}

/** The program seals what the inputs have, and writes what the outputs have: with one more key, a Secret would have it, too. */
function sealedFindings({ type, inputs, outputs }: Entry, find: Findings): Finding[] {
  const [sealed, written] = [fieldOf(inputs, "encryptedData"), fieldOf(outputs, "encryptedData")];
  return type !== RESOURCES.SealedValues ||
    outputs === undefined ||
    isDeepStrictEqual(sealed, written)
    ? []
    : find(
        `outputs.encryptedData: got ${shown(written)}; allowed: what its inputs have, ${shown(sealed)}`,
      );
}

/** A refresh asks it with the access, and with the token, of whoever runs the stack. */
function prometheusFindings(
  { type, inputs, outputs }: Entry,
  { prometheus }: Expected,
  find: Findings,
): Finding[] {
  if (type !== RESOURCES.Readiness) {
    return [];
  }
  return [inputs, outputs].flatMap((values) => {
    const monitoring = fieldOf(values, "monitoring");
    const address = fieldOf(monitoring, "prometheus");
    return monitoring === undefined || prometheus.some((each) => each === address)
      ? []
      : find(
          `inputs.monitoring.prometheus: got ${shown(address)}; allowed: ${prometheus.join(", ") || "none, because the settings name none"}; if slipway:prometheus named it before, add it to slipway:former.prometheus until the next up has succeeded`,
        );
  });
}

/** An awaited object of manifests is where the object itself may be. */
function awaitedFindings(entry: Entry, expected: Expected, find: Findings): Finding[] {
  return [entry.inputs, entry.outputs].flatMap((values) => {
    if (values === undefined) {
      return [];
    }
    const [kind = "", name = ""] = ["kind", "name"].map((key) => textOf(values, key));
    return outsideFindings({ kind, name, namespace: textOf(values, "namespace") }, expected, find);
  });
}

function namespaceFindings(
  entry: Entry,
  made: Made,
  expected: Expected,
  find: Findings,
): Finding[] {
  return [entry.inputs, entry.outputs].flatMap((values) => {
    const namespace = fieldOf(values, "namespace");
    if (namespace === undefined && values !== entry.inputs) {
      return [];
    }
    const own = { namespace: textOf(values, "namespace"), name: textOf(values, "name") };
    if (made === "credential") {
      return [
        ...credentialFindings(own, expected, find),
        ...controllerFindings(values, expected, find),
      ];
    }
    return expected.namespaces.includes(own.namespace ?? "")
      ? []
      : find(
          `inputs.namespace: got ${shown(namespace)}; allowed: ${expected.namespaces.join(", ")}; if the settings named this namespace before, add it to slipway:former.namespaces until the next up has succeeded`,
        );
  });
}

/** The sealing controller is asked with the access of whoever runs the stack. */
function controllerFindings(values: unknown, { granted }: Expected, find: Findings): Finding[] {
  const controller = fieldOf(values, "controller");
  const namespace = fieldOf(controller, "namespace");
  return controller === undefined || granted.some((each) => each === namespace)
    ? []
    : find(
        `inputs.controller.namespace: got ${shown(namespace)}; allowed: ${granted.join(", ")}; if slipway:sealing named it before, add it to slipway:former.namespaces until the next up has succeeded`,
      );
}

/** A refresh reads all outputs of the other stack, secrets included, into this state. */
function stackFindings(
  { inputs, id }: Entry,
  { stacks, organization, project }: Expected,
  find: Findings,
): Finding[] {
  const name = textOf(inputs, "name") ?? "";
  const allowed = stacks.flatMap((each) =>
    each.includes("/") ? [each] : [each, `${organization}/${project}/${each}`],
  );
  return [
    ...(allowed.includes(name)
      ? []
      : find(
          `inputs.name: got ${shown(name)}; allowed: ${allowed.join(", ") || "none, because the settings name none"}; if the settings named it before, add it to slipway:former.stacks until the next up has succeeded; if the organization is right, give --stack and slipway:promoteFrom with it, as acme/${project}/dev`,
        )),
    ...(id === undefined || id === "" || id === name
      ? []
      : find(`id: got ${shown(id)}; allowed: ${shown(name)}`)),
  ];
}
