import { randomInt } from "node:crypto";
import type { CheckFailure, Properties } from "../../../wire/plugin.ts";

/** What `RandomPassword` and `RandomString` use where the program says nothing. */
export const CHARACTER_DEFAULTS = {
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

interface CharacterClass {
  readonly wanted: boolean;
  readonly least: number;
  readonly characters: string;
}

/** Why no text can be made of these inputs. */
export function checkCharacters(inputs: Properties): CheckFailure[] {
  const length = Number(inputs["length"]);
  const classes = classesOf(inputs);
  const least = classes.reduce((sum, each) => sum + each.least, 0);
  if (!Number.isInteger(length) || length < Math.max(1, least)) {
    const allowed = `a whole number of at least ${Math.max(1, least)}, the sum of the minimums`;
    return [{ property: "length", reason: `got ${String(inputs["length"])}, allowed: ${allowed}` }];
  }
  if (classes.every(({ wanted }) => !wanted)) {
    return [{ property: "special", reason: "got no class of characters, allow at least one" }];
  }
  return [];
}

/** A text of the length asked for, with at least the asked number of characters of each class. */
export function randomCharacters(inputs: Properties): string {
  const classes = classesOf(inputs);
  const any = classes.map(({ wanted, characters }) => (wanted ? characters : "")).join("");
  const least = classes.flatMap((each) => pick(each.characters, each.least));
  return shuffled([...least, ...pick(any, Number(inputs["length"]) - least.length)]).join("");
}

function classesOf(inputs: Properties): CharacterClass[] {
  const special = inputs["overrideSpecial"];
  return [
    characterClass(inputs, "lower", "abcdefghijklmnopqrstuvwxyz"),
    characterClass(inputs, "upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    characterClass(inputs, "numeric", "0123456789"),
    characterClass(
      inputs,
      "special",
      typeof special === "string" && special !== "" ? special : "!@#$%&*()-_=+[]{}<>:?",
    ),
  ];
}

function characterClass(inputs: Properties, name: string, characters: string): CharacterClass {
  const least = Number(inputs[`min${name.charAt(0).toUpperCase()}${name.slice(1)}`] ?? 0);
  return { wanted: inputs[name] !== false, least, characters };
}

function pick(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

/** Fisher and Yates. */
function shuffled(items: readonly string[]): string[] {
  const deck = [...items];
  for (let last = deck.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [deck[last], deck[other]] = [deck[other] ?? "", deck[last] ?? ""];
  }
  return deck;
}
