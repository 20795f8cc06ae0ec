import type { HandOffInputs } from "../../contract/hand-off.ts";
import { digestOf } from "../../contract/image-reference.ts";
import { oneLine } from "../cluster/one-line.ts";

/** Services that a subject names. */
const NAMED = 3;
const CHARACTERS = 200;

/** What a commit says of a hand-off. */
export type Handed = Pick<HandOffInputs, "stack" | "source" | "releases">;

/**
 * The message of the commit that hands off releases. Its trailers are those by which Argo CD shows the source's commit, and our
 * own.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/source-hydrator/#commit-tracing
 */
export function commitMessage({ stack, source, releases }: Handed): string {
  const { commit, author, repository, subject, date } = source;
  const reference = {
    sha: commit,
    author: author && addressOf(author),
    repourl: repository && urlOf(repository),
    subject,
    date,
  };
  const trailers = [
    ...Object.entries(reference).map(([key, value]) => [`Argocd-reference-commit-${key}`, value]),
    ["Slipway-stack", stack],
    ...releases.map(({ service, image }) => ["Slipway-image", `${service}=${image}`]),
    ...releases.map(({ service, manifestHash }) => [
      "Slipway-manifest-hash",
      `${service}=${manifestHash}`,
    ]),
  ];
  return withTrailers(`Release ${servicesOf(releases)} to ${stack}`, trailers);
}

/** The message of the commit that takes a release back. */
export function restoreMessage({ stack, releases }: Handed, reason: string, from: string): string {
  const images = releases.map(({ service, image }) => `${service} to ${digestOf(image) ?? image}`);
  const what = images.length > NAMED ? servicesOf(releases) : images.join(", ");
  return withTrailers(`Restore ${what || stack}: ${reason}`, [
    ["Slipway-stack", stack],
    ["Slipway-restores", from],
    ...releases.map(({ service, image }) => ["Slipway-image", `${service}=${image}`]),
  ]);
}

/** A name with a dot or a comma is read as an address only in quotes. */
function addressOf(author: string): string {
  const [, name = "", mail] = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(author) ?? [];
  return mail === undefined ? author : `"${name.replaceAll(/["\\]/g, "")}" <${mail}>`;
}

/** The short form of ssh, `git@host:path`, is no URL. */
function urlOf(repository: string): string {
  const [, host, path = ""] = /^((?:[\w.~-]+@)?[\w.-]+):(?!\/\/)(.*)$/.exec(repository) ?? [];
  return host === undefined ? repository : `ssh://${host}/${path.replace(/^\/+/, "")}`;
}

function withTrailers(
  subject: string,
  trailers: readonly (readonly (string | undefined)[])[],
): string {
  const lines = trailers.flatMap(([key = "", value]) => {
    const line = value === undefined ? "" : oneLine(value, CHARACTERS * 2);
    return line === "" ? [] : [`${key}: ${line}`];
  });
  return `${oneLine(subject, CHARACTERS)}\n\n${lines.join("\n")}\n`;
}

function servicesOf(releases: Handed["releases"]): string {
  const names = releases.map(({ service }) => service);
  const others = names.length - NAMED;
  return others > 0
    ? `${names.slice(0, NAMED).join(", ")} and ${others} more`
    : names.join(", ") || "desired state";
}
