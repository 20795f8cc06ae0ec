import type { HandOffDefinition } from "../components/hand-off/definition.ts";
import {
  ARTIFACT_FORM,
  FOLDER_FORM,
  GIT_ADDRESS_FORM,
  isArtifact,
  isBranch,
  isFolder,
  isGitAddress,
} from "../contract/hand-off-target.ts";
import { type Fault, faultIf, got } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import type { Surroundings } from "./surroundings.ts";

const GIT_KEYS = ["branch", "path", "pullRequest"];

const A_BRANCH = "the name of a branch, such as main";
const WHO = "one of argocd: {namespace, application} and flux: {namespace, kustomization}";
const WHERE = "either {git, branch, path} or {oci: oci://registry.example.com/manifests/shop-prod}";

/** Where desired state goes, and who applies it; {@link handOffFaults} reports what contradicts each other. */
export function handOffSchema(surroundings: Surroundings) {
  const { expanded } = field;
  const of = (form: (value: string) => boolean, what: string) =>
    expanded(surroundings, what).refine(form, { error: `allowed: ${what}` });
  return field.mapping(
    {
      to: field.mapping(
        {
          git: of(isGitAddress, GIT_ADDRESS_FORM).exactOptional(),
          branch: of(isBranch, A_BRANCH).exactOptional(),
          path: of(isFolder, FOLDER_FORM).exactOptional(),
          pullRequest: field
            .choice("whether a person merges what is pushed to a branch of its own")
            .exactOptional(),
          oci: of(isArtifact, ARTIFACT_FORM).exactOptional(),
        },
        WHERE,
      ),
      by: field.mapping(
        {
          argocd: field
            .mapping(
              { namespace: field.label, application: field.objectName },
              "namespace and application",
            )
            .exactOptional(),
          flux: field
            .mapping(
              { namespace: field.label, kustomization: field.objectName },
              "namespace and kustomization",
            )
            .exactOptional(),
        },
        WHO,
      ),
      timeoutSeconds: field.wholeNumber(10, 3600).exactOptional(),
    },
    `{to, by}: ${WHERE}, applied by ${WHO}`,
  );
}

/** The setting as components take it, once it has no fault. */
export function handOffOf(form: Mapping): HandOffDefinition {
  return form as unknown as HandOffDefinition;
}

/** What the hand-off lacks, and what cannot be handed off. */
export function handOffFaults(raw: Mapping): Fault[] {
  if (raw["handOff"] === undefined) {
    return [];
  }
  const { to, by } = fieldsOf(raw["handOff"]);
  return [
    ...targetFaults(fieldsOf(to)),
    ...faultIf(
      Object.keys(fieldsOf(by)).length !== 1,
      ["handOff", "by"],
      got(by, `allowed: ${WHO}`),
    ),
    ...conflicts(raw),
  ];
}

function targetFaults(to: Mapping): Fault[] {
  const { git, oci } = to;
  const path = ["handOff", "to"];
  if ((git === undefined) === (oci === undefined)) {
    return [{ path, text: got(git ?? oci, `allowed: ${WHERE}`) }];
  }
  return git === undefined
    ? GIT_KEYS.flatMap((key) =>
        faultIf(to[key] !== undefined, [...path, key], got(to[key], "allowed: only with git")),
      )
    : ["branch", "path"].flatMap((key) =>
        faultIf(to[key] === undefined, [...path, key], `missing; allowed: ${WHERE}`),
      );
}

/** What needs the cluster between one object and the next, where a commit has all of them at once. */
function conflicts(raw: Mapping): Fault[] {
  const { admission } = fieldsOf(raw["policy"]);
  const services = Object.entries(fieldsOf(raw["services"]));
  return [
    ...faultIf(
      raw["groups"] !== undefined,
      ["groups"],
      "contradicts slipway:handOff; allowed: no groups, because a commit hands off all services together; remove groups",
    ),
    ...faultIf(
      admission === true,
      ["policy", "admission"],
      got(
        true,
        "allowed: false with slipway:handOff; deliver the admission policy by a stack that applies it itself",
      ),
    ),
    ...services.flatMap(([name, service]) => serviceConflicts(name, fieldsOf(service))),
  ];
}

function serviceConflicts(name: string, { migrate, steps, schedule }: Mapping): Fault[] {
  const path = ["services", name];
  const { prove } = fieldsOf(schedule);
  return [
    ...faultIf(
      migrate !== undefined,
      [...path, "migrate"],
      "contradicts slipway:handOff; allowed: no migrate, because the controller applies the pods without waiting for it; migrate in an init container, or have the stack apply the service itself",
    ),
    ...faultIf(
      steps !== undefined,
      [...path, "steps"],
      "contradicts slipway:handOff; allowed: no steps, because their first measurement is an object that Slipway creates; remove steps, or have the stack apply the service itself",
    ),
    ...faultIf(
      schedule !== undefined && prove !== "accepted",
      [...path, "schedule", "prove"],
      got(
        prove,
        "allowed: accepted with slipway:handOff, because a run to prove it is an object that Slipway creates; write prove: accepted",
      ),
    ),
  ];
}
