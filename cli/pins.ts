import { readFile } from "node:fs/promises";

import { type Document, isMap, parseDocument } from "yaml";

import type { HistoryEntry } from "../contract/release-record.ts";
import { CommandFailure } from "./exit-code.ts";

/** The image that the settings pin a service at: `slipway:pins`. */
export interface Pin {
  readonly image: string;
  readonly commit?: string;
  readonly dirty?: true;
}

/** A change of the text of a stack's settings. */
export type Edit = (text: string) => string;

const PINS = ["config", "slipway:pins"];

/** The pins in a stack's settings. */
export async function readPins(file: string): Promise<Readonly<Record<string, Pin>>> {
  return pinsOf(await readSettingsFile(file));
}

/** The text of a stack's settings. */
export async function readSettingsFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CommandFailure(`${file}: cannot be read; go to the folder of the stack's settings`);
  }
}

/** The pins in the text of a stack's settings, by service. */
export function pinsOf(text: string): Readonly<Record<string, Pin>> {
  const { config } = (parsed(text).toJS() ?? {}) as {
    config?: { "slipway:pins"?: Readonly<Record<string, Pin>> };
  };
  return config?.["slipway:pins"] ?? {};
}

/** The services that run the image of this one, because their `build` says `of`, and have no pin of their own. */
export function sharersOf(text: string, service: string): string[] {
  const config = ((parsed(text).toJS() ?? {}) as { config?: Readonly<Record<string, unknown>> })
    .config;
  // In a promoting stack each service has a record, and a pin, of its own.
  if ((config?.["slipway:promoteFrom"] ?? "") !== "") {
    return [];
  }
  const pins = pinsOf(text);
  const services = config?.["slipway:services"];
  return Object.entries(typeof services === "object" ? (services as object) : {}).flatMap(
    ([name, written]) => {
      const { build } = (written ?? {}) as { build?: { of?: unknown } };
      return build?.of === service && !(name in pins) ? [name] : [];
    },
  );
}

/** The groups in the text of a stack's settings: the members of each. */
export function groupsOf(text: string): Readonly<Record<string, readonly string[]>> {
  const { config } = (parsed(text).toJS() ?? {}) as {
    config?: { "slipway:groups"?: Readonly<Record<string, readonly string[]>> };
  };
  return config?.["slipway:groups"] ?? {};
}

/** Pins a service at an image; comments and all other settings stay as they are. */
export function withPin(service: string, pin: Pin): Edit {
  return (text) => {
    const document = parsed(text);
    document.setIn([...PINS, service], document.createNode(pin));
    return written(document);
  };
}

/** Removes the pins of services. */
export function withoutPins(services: readonly string[]): Edit {
  return (text) => {
    const document = parsed(text);
    for (const service of services) {
      document.deleteIn([...PINS, service]);
    }
    const left = document.getIn(PINS);
    if (isMap(left) && left.items.length === 0) {
      document.deleteIn(PINS);
    }
    return written(document);
  };
}

/** The pin that restores an earlier release. */
export function pinOf({ image, commit, dirty }: HistoryEntry): Pin {
  return { image, ...(commit !== null && { commit }), ...(dirty && { dirty }) };
}

function parsed(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length === 0) {
    return document;
  }
  throw new CommandFailure(
    `the stack's settings are not YAML: ${document.errors.map(({ message }) => message).join("; ")}`,
  );
}

function written(document: Document): string {
  return document.toString({ lineWidth: 0 });
}
