import { readFile, stat } from "node:fs/promises";

import type { Command } from "commander";

import { SKEW_SECONDS } from "../../contract/clock-skew.ts";
import { digestOf } from "../../contract/image-reference.ts";
import { STATEMENT_BYTES } from "../../provider/statements/found.ts";
import {
  readStatement,
  type Statement,
  statementForm,
} from "../../provider/statements/statement.ts";
import { CommandFailure } from "../exit-code.ts";
import { print, SERVICE, stackCommand } from "../options.ts";
import { shortDigest } from "../words.ts";
import { GATE, KEY_OPTION, type KeyOptions } from "./options.ts";
import { publish } from "./publish.ts";
import { rewritten } from "./rewritten.ts";
import { IMAGE_OPTION, type ImageOptions, registryFor, targetOf } from "./target.ts";

interface Options extends ImageOptions, KeyOptions {}

const HELP = `
For a command that runs where there is neither a key nor a login: it writes the statement with gate run --output, and this step signs and attaches
it. The file is not believed: it must be about this gate and this image.

Example:
  $ npx slipway gate attach scan statement.json --stack dev --service shop --key cosign.key`;

/** `slipway gate attach`: attaches what another step has found. */
export function attachCommand(): Command {
  return stackCommand(
    "attach",
    "Attaches a statement that gate run has written to its image, and signs it.",
    HELP,
  )
    .addArgument(GATE())
    .argument("<file>", "the statement, as gate run --output has written it")
    .option(...SERVICE)
    .option(...IMAGE_OPTION)
    .option(...KEY_OPTION)
    .action(attach);
}

async function attach(gate: string, file: string, options: Options): Promise<void> {
  const target = await targetOf(options);
  const { image } = target;
  const text = await textIn(file);
  const { statement, hasPassed } = checked(text, { file, gate, image, now: Date.now() });
  const publication = { image, gate, hasPassed, statement, key: options.key };
  const published = await publish(publication, await registryFor(target));
  const result = hasPassed ? "passed" : "failed";
  print(
    options,
    { gate, image, result, ...published },
    `${shortDigest(digestOf(image) ?? "")} has ${result} ${gate} (${published.statement})`,
  );
}

async function textIn(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > STATEMENT_BYTES) {
    throw refused(file, `got ${found === undefined ? "no file" : "no file of at most 768 KiB"}`);
  }
  return readFile(file, "utf8");
}

/**
 * A statement of a file of which nothing is known, as far as it is understood: what is not goes.
 *
 * @throws CommandFailure if it is not about this gate and this image
 */
export function checked(
  text: string,
  asked: {
    readonly file: string;
    readonly gate: string;
    readonly image: string;
    readonly now: number;
  },
): { readonly statement: Statement; readonly hasPassed: boolean } {
  const { file, gate, image, now } = asked;
  const digest = digestOf(image) ?? "";
  try {
    const { result, gate: named = "", time = "" } = readStatement(text, digest);
    const read = statementForm.parse(JSON.parse(text));
    const statement = rewritten(read, image, result);
    if (statement === undefined) {
      throw new Error("it is not one that gate run has written");
    }
    const fault =
      read.subject.length !== 1
        ? `it is about ${read.subject.length} images`
        : named !== gate
          ? `it is about the gate ${named}`
          : Date.parse(time) > now + SKEW_SECONDS * 1000
            ? `it is from the future, ${time}`
            : undefined;
    if (fault !== undefined) {
      throw new Error(fault);
    }
    return { statement, hasPassed: result === "passed" };
  } catch (error) {
    throw refused(file, (error as Error).message);
  }
}

function refused(file: string, why: string): CommandFailure {
  return new CommandFailure(
    `${file} must be a statement about this gate and this image, and ${why}; write it with npx slipway gate run --output for the same image`,
  );
}
