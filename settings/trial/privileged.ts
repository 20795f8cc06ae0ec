import { EXCEPTIONS, type ExceptionWord } from "../../components/service/exceptions.ts";
import { fieldsOf, listOf, type Mapping } from "../mapping.ts";

/** The fewest services that are a group. */
const GROUP = 2;

/** Services that a pull request may have, and those that none has. */
interface Bounded {
  readonly services: Mapping;
  readonly leftOut: readonly string[];
}

/** Services without those whose pods may do something to their node: what nobody has reviewed would, and every pod of the node is its. */
export function withoutPrivileged(services: Mapping): Bounded {
  const all = Object.entries(services).map(([name, service]) => ({
    ...{ name, service },
    word: privilegedWord(service),
  }));
  return {
    services: Object.fromEntries(
      all.flatMap(({ name, service, word }) => (word === undefined ? [[name, service]] : [])),
    ),
    leftOut: all.flatMap(({ name, word }) =>
      word === undefined
        ? []
        : [
            `services.${name}: its pods may ${EXCEPTIONS[word].permits} (allow: ${word}), and no pull request's may`,
          ],
    ),
  };
}

/** Groups of the services that are there. */
export function groupsAmong(groups: unknown, services: Mapping): Mapping {
  const found = Object.entries(fieldsOf(groups)).map(([name, members]): [string, unknown] => [
    name,
    Array.isArray(members)
      ? members.filter((each: unknown) => Object.hasOwn(services, String(each)))
      : members,
  ]);
  return Object.fromEntries(
    found.filter(([, members]) => !Array.isArray(members) || members.length >= GROUP),
  );
}

function privilegedWord(service: unknown): ExceptionWord | undefined {
  const { allow } = fieldsOf(service);
  const words = listOf(allow);
  return words.filter(isWord).find((word) => EXCEPTIONS[word].level === "privileged");
}

function isWord(word: unknown): word is ExceptionWord {
  return typeof word === "string" && Object.hasOwn(EXCEPTIONS, word);
}
