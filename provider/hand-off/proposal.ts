import type { HandOffInputs } from "../../contract/hand-off.ts";
import { oneLine } from "../cluster/one-line.ts";
import { commitMessage } from "./message.ts";

/** A text that begins nothing in Markdown, and calls nobody by name. */
function literal(text: string): string {
  return `\`${oneLine(text, 300).replaceAll("`", "'")}\``;
}

/** Title and body, in Markdown, of the pull request that a person opens and merges. */
export function proposalText(wanted: Pick<HandOffInputs, "to" | "stack" | "source" | "releases">): {
  readonly title: string;
  readonly body: string;
} {
  const { to, source, releases } = wanted;
  const [title = ""] = commitMessage(wanted).split("\n");
  const branch = "branch" in to ? to.branch : "";
  const commit = source.commit === undefined ? [] : [`Source: ${literal(source.commit)}`];
  const subject = source.subject === undefined ? [] : [`Subject: ${literal(source.subject)}`];
  const images = releases.map(({ service, image }) => `- ${literal(service)}: ${literal(image)}`);
  const after = `Once it is merged into ${literal(branch)}, the next \`pulumi up\` waits until it is applied, and proves the pods.`;
  return { title, body: [...commit, ...subject, "", ...images, "", after, ""].join("\n") };
}
