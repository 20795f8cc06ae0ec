import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

import { fieldsOf, type Mapping } from "../../settings/mapping.ts";
import { absolute, expand, type Surroundings } from "../../settings/surroundings.ts";
import { badInput } from "../exit-code.ts";

/** What a pull request brings: a checkout of it, and folders for single services. */
export interface Contexts {
  /** @default - services without a folder of their own have main's */
  readonly checkout?: string;
  /** By service. */
  readonly services: Readonly<Record<string, string>>;
}

const ALLOWED = "allowed: a folder with a checkout of the pull request, or service=folder";

/** What a pull request brings that brings nothing. */
export const NO_CONTEXTS: Contexts = { services: {} };

/** Adds what one option says. */
export function withContext(written: string, before: Contexts = NO_CONTEXTS): Contexts {
  const [, service, folder = written] = /^([a-z][-a-z0-9]*)=(.+)$/.exec(written) ?? [];
  const path = resolve(folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    throw badInput(`--context: got "${written}", and ${path} is no folder; ${ALLOWED}`);
  }
  const real = realpathSync(path);
  return service === undefined
    ? { ...before, checkout: real }
    : { ...before, services: { ...before.services, [service]: real } };
}

/**
 * The build of a service, with the context and the Dockerfile that the pull request has in the place of main's. Nothing else is the pull
 * request's: neither the stage nor an argument, a secret or a label.
 *
 * @throws CommandFailure if a link in the pull request leads out of it
 */
export function triedBuild(
  contexts: Contexts,
  surroundings: Surroundings,
): (service: string, build: Mapping) => Mapping {
  return (service, build) => {
    const main = pathOf(build["context"], surroundings);
    const root = main === undefined ? undefined : rootOf(contexts, service, main, surroundings);
    if (main === undefined || root === undefined) {
      return build;
    }
    const { checkout } = contexts;
    const own = contexts.services[service];
    const context = own ?? join(root, relative(surroundings.folder, main));
    const recipe = dockerfileOf(build, { main, context, root, checkout }, surroundings);
    assertWithin(service, root, [context, recipe ?? join(context, "Dockerfile")]);
    assertWithin(
      service,
      root,
      [
        join(context, ".dockerignore"),
        `${recipe ?? join(context, "Dockerfile")}.dockerignore`,
      ].filter(existsSync),
    );
    return { ...build, context, ...(recipe !== undefined && { dockerfile: recipe }) };
  };
}

/** Where the content of a service is the pull request's, undefined if it has none of it. */
function rootOf(
  { services, checkout }: Contexts,
  service: string,
  main: string,
  { folder }: Surroundings,
): string | undefined {
  return services[service] ?? (isOutside(relative(folder, main)) ? undefined : checkout);
}

/**
 * The services that are main's although a checkout was given, because their contexts are in no place that a checkout has.
 *
 * @throws CommandFailure if those are all
 */
export function mainsOwn(
  contexts: Contexts,
  services: unknown,
  surroundings: Surroundings,
): string[] {
  const built = Object.entries(fieldsOf(services)).flatMap(([name, service]) => {
    const main = pathOf(fieldsOf(fieldsOf(service)["build"])["context"], surroundings);
    return main === undefined ? [] : [{ name, main }];
  });
  const own = built.filter(
    ({ name, main }) => rootOf(contexts, name, main, surroundings) === undefined,
  );
  if (contexts.checkout === undefined || own.length === 0) {
    return [];
  }
  if (own.length === built.length) {
    throw badInput(
      `--context: got ${contexts.checkout}, and the context of every service is outside of ${surroundings.folder}, so that nothing would be the pull request's; allowed: service=folder for each service`,
    );
  }
  return own.map(
    ({ name }) =>
      `services.${name}.build: what is built is main's, because its context is outside of the project's folder; --context ${name}=FOLDER names the pull request's`,
  );
}

interface Places {
  readonly main: string;
  readonly context: string;
  readonly root: string;
  readonly checkout: string | undefined;
}

/** Undefined where it is the one in the context; main's own where the pull request has none in its place. */
function dockerfileOf(
  build: Mapping,
  { main, context, root, checkout }: Places,
  surroundings: Surroundings,
): string | undefined {
  const recipe = pathOf(build["dockerfile"], surroundings);
  if (recipe === undefined) {
    return undefined;
  }
  const inContext = relative(main, recipe);
  if (!isOutside(inContext)) {
    return join(context, inContext);
  }
  const inCheckout = relative(surroundings.folder, recipe);
  return root === checkout && !isOutside(inCheckout) ? join(root, inCheckout) : recipe;
}

function pathOf(written: unknown, surroundings: Surroundings): string | undefined {
  if (typeof written !== "string") {
    return undefined;
  }
  const expanded = expand(written, surroundings);
  return "text" in expanded ? absolute(expanded.text, surroundings) : undefined;
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || path === ".." || path.startsWith(`..${sep}`);
}

/** A link that a pull request brings would put a file of whoever builds it into the image: a token, a kubeconfig. */
function assertWithin(service: string, root: string, paths: readonly string[]): void {
  for (const path of paths) {
    const isOwn = !isOutside(relative(root, path));
    if (isOwn && existsSync(path) && isOutside(relative(root, realpathSync(path)))) {
      throw badInput(
        `--context: ${service}: ${path} is a link that leads out of ${root}; allowed: files of the pull request; remove the link`,
      );
    }
  }
}

/** The services of these settings that are built, for an option that names one. */
export function assertServices({ services }: Contexts, known: unknown): void {
  const built = Object.entries(fieldsOf(known)).flatMap(([name, service]) =>
    fieldsOf(fieldsOf(service)["build"])["context"] === undefined ? [] : [name],
  );
  const other = Object.keys(services).find((name) => !built.includes(name));
  if (other !== undefined) {
    throw badInput(
      `--context: got service "${other}"; allowed: ${built.join(", ") || "none, because no service is built"}`,
    );
  }
}
