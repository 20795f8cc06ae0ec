import { namespaceState } from "../../provider/namespace-state.ts";
import { age, span, table } from "../words.ts";
import { CLOSED } from "./claim.ts";
import { type Lease, timeOf } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { type Closed, endOf, numberOf, slotsOf, standingOf } from "./slot.ts";

/** One namespace of a pool, as `slipway trial list --json` prints it. */
export interface ListedSlot {
  readonly namespace: string;
  /** Null if nobody has it. */
  readonly number: number | null;
  /** Null if nobody has it, ISO 8601. */
  readonly since: string | null;
  /** When something was delivered last, ISO 8601. */
  readonly delivered: string | null;
  /** When the trial ends if nothing is delivered into it, ISO 8601. */
  readonly ends: string | null;
  /** How it stands with it. */
  readonly is: string;
}

/** All namespaces of a pool, and who has them. */
export async function listSlots(pool: Pool): Promise<ListedSlot[]> {
  const { slots, book } = await slotsOf(pool);
  return Promise.all(
    slots.map(async ({ namespace, lease, closed }) =>
      lease === undefined
        ? { ...FREE, namespace, is: closed ? await closedWords(pool, namespace, closed) : "free" }
        : { ...listed(lease), namespace, is: standingWords(pool, lease, book) },
    ),
  );
}

async function closedWords({ api, signal }: Pool, namespace: string, closed: Closed) {
  switch (closed) {
    case "missing":
      return "missing";
    case "terminating":
      return (await namespaceState(api, namespace, signal)).end?.told ?? "being deleted";
    case "forbidden":
      return CLOSED;
    default:
      return closed satisfies never;
  }
}

const FREE = { number: null, since: null, delivered: null, ends: null };

function listed(lease: Lease): Omit<ListedSlot, "namespace" | "is"> {
  const { acquireTime, renewTime } = lease.spec;
  const ends = endOf(lease);
  return {
    number: numberOf(lease) ?? null,
    since: timeOf(Date.parse(acquireTime)),
    delivered: timeOf(Date.parse(renewTime)),
    ends: timeOf(ends),
  };
}

function standingWords({ now }: Pool, lease: Lease, book: ReadonlyMap<number, Lease>): string {
  const standing = standingOf(lease, book.get(numberOf(lease) ?? 0), now());
  switch (standing.is) {
    case "kept":
      return "taken";
    case "busy":
      return `being delivered by ${standing.by}`;
    case "interrupted":
      return "taken; its last delivery was killed";
    case "ending":
      return standing.by === undefined
        ? `ending since ${standing.since}; npx slipway trial sweep goes on with it`
        : `being ended by ${standing.by}`;
    case "idle":
      return "idle; npx slipway trial sweep ends it";
    case "lost":
      return "lost; npx slipway trial sweep ends it";
    default:
      return standing satisfies never;
  }
}

/** The same as a table. */
export function listWords(slots: readonly ListedSlot[], now: number): string {
  const ago = (time: string | null) => (time === null ? "-" : age(time, now));
  const rows = slots.map(({ namespace, number, since, delivered, ends, is }) => [
    ...[namespace, number === null ? "-" : String(number), ago(since), ago(delivered)],
    ends === null ? "-" : span(Date.parse(ends) - now),
    is,
  ]);
  return table(["NAMESPACE", "PULL REQUEST", "TAKEN", "DELIVERED", "ENDS IN", "IS"], rows);
}
