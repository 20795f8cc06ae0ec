import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { contextFiles } from "../../build-context/context-files.ts";
import { byName } from "../../components/by-name.ts";
import type { Build } from "../../components/image/build-plan.ts";
import type { BuildxOptions } from "../../components/image/buildx-options.ts";
import { ownerIn, type SharedBuild } from "../../components/image/shared-build.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { isReference } from "../../contract/image-reference.ts";
import { platformName, platformRemedy } from "../../contract/platform.ts";
import { settingFault, type Written } from "../credential-conflicts.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { unusable } from "../look.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";
import { absolute, expand, FROM_PROJECT, type Surroundings } from "../surroundings.ts";
import { besideOwner } from "./shared-build.ts";

/** Where a secret of a build comes from, as the settings have it: one of these. */
export interface SecretForm {
  /** An environment variable of the run. */
  readonly env?: string;
  readonly file?: string;
  /** A setting of the stack that is a secret. */
  readonly setting?: string;
}

/** A build as the settings have it: its own, or that of another service. */
export type BuildForm = Partial<Pick<Build, "context"> & SharedBuild> &
  Omit<Build, "context" | "secrets" | "ssh"> & {
    readonly secrets?: Readonly<Record<string, SecretForm>>;
    readonly ssh?: Readonly<Record<string, Pick<SecretForm, "env" | "file">>>;
  };

const CONTEXT = `allowed: the folder of the build context; ${FROM_PROJECT}`;

/** A build; `buildFaults` reports what its keys contradict. */
export function buildShape(surroundings: Surroundings) {
  const path = (kind: "file" | "folder", what: string) =>
    field.path(surroundings, kind, `${what}; ${FROM_PROJECT}`).exactOptional();
  return field.mapping(
    {
      of: field.label.exactOptional(),
      context: path("folder", "the folder of the build context"),
      dockerfile: path("file", "the path of the Dockerfile"),
      target: field
        .text(/^[a-zA-Z0-9][-._a-zA-Z0-9]*$/, "the name of a stage in the Dockerfile")
        .exactOptional(),
      args: field
        .named(
          field.variableName,
          field.expandedScalar(surroundings),
          "a mapping of build arguments",
        )
        .exactOptional(),
      commitArg: field.variableName.exactOptional(),
      platform: platform.exactOptional(),
      ...buildxShape(surroundings),
    } satisfies ShapeOf<BuildForm>,
    "a mapping with the context of the build, or {of: name of the service that builds the image}",
  );
}

function buildxShape(surroundings: Surroundings) {
  const reference = field
    .expanded(surroundings, REFERENCE)
    .refine(isReference, { error: `allowed: ${REFERENCE}` });
  const { agent, secret } = sourceShapes(surroundings);
  return {
    platforms: field
      .list(platform, "a list of platforms such as [linux/amd64, linux/arm64]")
      .min(1, {
        error: "allowed: at least one platform; remove the key to leave it to the builder",
      })
      .exactOptional(),
    labels: field
      .named(labelKey, field.expandedScalar(surroundings), "a mapping of labels of the image")
      .exactOptional(),
    secrets: field.named(secretId, secret, `a mapping of ids to ${SECRET}`).exactOptional(),
    ssh: field.named(secretId, agent, `a mapping of ids to ${AGENT}`).exactOptional(),
    cacheFrom: field.list(reference, `a list of references, each ${REFERENCE}`).exactOptional(),
    cacheTo: reference.exactOptional(),
  } satisfies Omit<ShapeOf<BuildForm>, "of" | keyof Omit<Build, keyof BuildxOptions>>;
}

const REFERENCE = "an image that holds the cache such as registry.example.com/team/cache:shop";
const SECRET = "{setting: name of a secret setting}, {file: path} or {env: name of a variable}";
const AGENT = "{env: SSH_AUTH_SOCK} or {file: path of a key}";

const platform = z
  .string({ error: "allowed: a platform such as linux/amd64" })
  .check(({ value, issues }) => {
    if (platformName(value) === undefined) {
      issues.push({ code: "custom", input: value, message: platformRemedy(value) });
    }
  });

const labelKey = field.text(
  /^[a-zA-Z0-9][-._/a-zA-Z0-9]{0,252}$/,
  "the key of a label such as org.opencontainers.image.title",
);
const secretId = field.text(
  /^[a-zA-Z0-9][-._a-zA-Z0-9]{0,252}$/,
  "an id as the Dockerfile's --mount has it: letters, digits, hyphens, underscores and dots",
);

/** What only a build needs is looked for by the build: a run that finds the image in the registry may lack it. */
function sourceShapes(surroundings: Surroundings) {
  const shape = {
    env: field.variableName.exactOptional(),
    file: field
      .expanded(surroundings, `the path of a file; ${FROM_PROJECT}`)
      .transform((path) => absolute(path, surroundings))
      .exactOptional(),
  };
  const setting = field.text(/./, "the name of a setting").exactOptional();
  return {
    agent: field.mapping(shape, AGENT),
    secret: field.mapping({ ...shape, setting } satisfies ShapeOf<SecretForm>, SECRET),
  };
}

/** Names of the settings whose secrets builds get. */
export function settingsOfBuilds(services: unknown): string[] {
  return Object.values(fieldsOf(services)).flatMap((service) => {
    const { secrets } = fieldsOf(fieldsOf(service)["build"]);
    const named = Object.values(fieldsOf(secrets)).map((source) => fieldsOf(source)["setting"]);
    return named.filter((name) => typeof name === "string");
  });
}

/** The build of a service with the secrets that it names. */
export function buildOf(
  { of, context = "", secrets, ssh, ...build }: BuildForm,
  secretOf: (setting: string) => pulumi.Output<string>,
): Build | SharedBuild {
  if (of !== undefined) {
    return { of };
  }
  const source = ({ env = "", file }: SecretForm) => (file === undefined ? { env } : { file });
  return {
    ...{ ...build, context },
    ...(secrets && {
      secrets: byName(secrets, (_, { setting, ...rest }) =>
        setting === undefined ? source(rest) : { value: secretOf(setting) },
      ),
    }),
    ...(ssh && { ssh: byName(ssh, (_, each) => source(each)) }),
  };
}

/** What a build's keys contradict. What it cannot include would otherwise be found when half of the stack is registered. */
export function buildFaults(service: Mapping, surroundings: Surroundings): Fault[] {
  const build = fieldsOf(service["build"]);
  if (ownerIn({ build }) !== undefined) {
    return under(["build"], besideOwner(build));
  }
  const { platform: one, platforms } = build;
  const remedy = "allowed: either platform or platforms; remove one of them";
  return [
    ...under(
      ["build"],
      [
        ...faultIf(
          service["build"] !== undefined && build["context"] === undefined,
          ["context"],
          `missing; ${CONTEXT}`,
        ),
        ...faultIf(one !== undefined && platforms !== undefined, ["platform"], got(one, remedy)),
        ...sourceFaults("secrets", build["secrets"], SECRET),
        ...sourceFaults("ssh", build["ssh"], AGENT),
      ],
    ),
    ...contextFaults(build, surroundings),
  ];
}

function sourceFaults(key: string, sources: unknown, allowed: string): Fault[] {
  return Object.entries(fieldsOf(sources)).flatMap(([id, source]) =>
    faultIf(
      mapping(source) !== undefined && Object.keys(fieldsOf(source)).length !== 1,
      [key, id],
      got(source, `allowed: one of ${allowed}`),
    ),
  );
}

/**
 * What is wrong with the settings that builds get as secrets.
 *
 * @param others names of the settings that are no secrets
 */
export function buildSettingFaults(written: Written, others: readonly string[]): Fault[] {
  return Object.entries(fieldsOf(written.raw["services"])).flatMap(([name, service]) => {
    const { secrets } = fieldsOf(fieldsOf(service)["build"]);
    return Object.entries(fieldsOf(secrets)).flatMap(([id, source]) => {
      const { setting } = fieldsOf(source);
      const text = typeof setting === "string" ? settingFault(setting, written, others) : undefined;
      const path = ["services", name, "build", "secrets", id, "setting"];
      return text === undefined ? [] : [{ path, text }];
    });
  });
}

function contextFaults({ context, dockerfile }: Mapping, surroundings: Surroundings): Fault[] {
  const folder = usablePath(context, "folder", surroundings);
  if (folder === undefined) {
    return [];
  }
  const recipe = usablePath(dockerfile ?? join(folder, "Dockerfile"), "file", surroundings);
  if (recipe === undefined) {
    const text = `missing; ${folder} has no Dockerfile that can be read; set the path of the Dockerfile`;
    return faultIf(dockerfile === undefined, ["build", "dockerfile"], text);
  }
  try {
    contextFiles(folder, recipe);
    return [];
  } catch (error) {
    return [{ path: ["build", "context"], text: got(context, (error as Error).message) }];
  }
}

/** The absolute path that a setting means, undefined if the schema reports that it cannot be used. */
function usablePath(written: unknown, kind: "file" | "folder", surroundings: Surroundings) {
  const isPath = typeof written === "string" && written !== "";
  const expanded = isPath ? expand(written, surroundings) : { unset: [] };
  if ("unset" in expanded) {
    return undefined;
  }
  const path = absolute(expanded.text, surroundings);
  return unusable(path, kind) === undefined ? path : undefined;
}
