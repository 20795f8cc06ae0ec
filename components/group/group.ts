import * as pulumi from "@pulumi/pulumi";

import type { GroupFailure } from "../../contract/group.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { valueOf } from "../known.ts";
import { Readiness } from "../readiness.ts";
import type { Outcome } from "../rendered/outcome.ts";
import { failRun } from "../require-ready.ts";
import type { GroupsDefinition } from "./definition.ts";
import type { DeclaredMember, Member } from "./member.ts";
import { MemberProof } from "./member-proof.ts";
import { setOf } from "./set.ts";
import { type StandingRelease, standingRelease } from "./standing.ts";
import { type MemberEnd, summaryOf } from "./summary.ts";
import { refusals } from "./trial.ts";

/** A member whose turn has come. */
interface Turn extends DeclaredMember {
  readonly name: string;
  readonly proof: MemberProof;
}

/** What becomes of a member. */
type End = Outcome | StandingRelease;

/**
 * Services that are released together or not at all: delivered in order, each after the one before is proved. If one fails, what
 * this run has changed of the others is taken back, last first, and those whose turn has not come stay as they are.
 *
 * Give it to the `Release` of each member, and end the program with `requireReady`. Nothing is registered for a member whose turn
 * does not come: the run fails, so that the engine deletes nothing.
 *
 * Creates a `MemberProof` for each member.
 */
export class Group {
  readonly name: string;
  readonly members: readonly string[];
  readonly #joined = new Map<string, Member>();
  readonly #ends: ReadonlyMap<string, PromiseWithResolvers<End>>;

  /** @param members in the order of their delivery */
  constructor(name: string, members: readonly string[]) {
    this.name = name;
    this.members = members;
    this.#ends = new Map(members.map((member) => [member, Promise.withResolvers<End>()]));
  }

  /**
   * Adds a member. The group is delivered once all of them have joined.
   *
   * @throws RunError if the group has no such member
   */
  join(name: string, member: Member): Outcome {
    const end = this.#ends.get(name)?.promise;
    if (end === undefined) {
      const allowed = this.members.join(", ");
      throw new pulumi.RunError(`group ${this.name}: got the member ${name}; allowed: ${allowed}`);
    }
    this.#joined.set(name, member);
    if (this.#joined.size === this.members.length) {
      this.#deliver().catch((error: unknown) => {
        this.#ends.forEach(({ reject }) => {
          reject(error);
        });
      });
    }
    const of = <Key extends keyof Outcome>(key: Key) =>
      pulumi.output(end.then((found) => found[key])) as unknown as Outcome[Key];
    return { release: of("release"), history: of("history"), endpoint: of("endpoint") };
  }

  async #deliver(): Promise<void> {
    const all = this.members.flatMap((name) => this.#joined.get(name) ?? []);
    // A build that fails ends the run before anything of the group is changed.
    await Promise.all(all.map(({ image }) => valueOf(image)));
    const refused = await refusals(all);
    if (refused.length > 0) {
      await this.#hold(0);
      failRun(
        `group ${this.name}: nothing was changed, because the API server does not accept ${refused.join("; ")}`,
      );
      return;
    }
    const wishes = pulumi.all(all.map(({ wish }) => wish));
    const set = wishes.apply((known) => setOf(this.name, this.members, known));
    const turns: Turn[] = [];
    let failed: GroupFailure | undefined;
    for (const [index, member] of all.entries()) {
      const name = this.members[index] ?? "";
      const declared = member.declare();
      const proof = new MemberProof(name, this.#in(declared, set), declared.opts);
      turns.push({ ...declared, name, proof });
      failed = failureIn(name, await valueOf(proof.release));
      if (failed !== undefined) {
        break;
      }
    }
    await this.#record(turns, set, failed);
  }

  /** The records of the members, last first: one that has failed is rolled back before the others are taken back. */
  async #record(
    turns: readonly Turn[],
    set: pulumi.Output<string>,
    before: GroupFailure | undefined,
  ): Promise<void> {
    let failed = before;
    const ends: MemberEnd[] = [];
    for (const turn of turns.toReversed()) {
      const { name, proof, endpoint: address, opts } = turn;
      const readiness = new Readiness(name, this.#in(turn, set, failed), {
        ...opts,
        dependsOn: proof,
      });
      const { release, history } = readiness;
      const endpoint = pulumi.all([address, release]).apply(([known]) => known);
      this.#ends.get(name)?.resolve({ release, history, endpoint });
      const record = await valueOf(release);
      ends.push({ name, record, isHeld: false });
      failed ??= failureIn(name, record);
    }
    ends.push(...(await this.#hold(turns.length)));
    if (failed !== undefined) {
      const inOrder = (end: MemberEnd) => this.members.indexOf(end.name);
      ends.sort((one, other) => inOrder(one) - inOrder(other));
      failRun(summaryOf(this.name, failed, ends));
    }
  }

  /** Members whose turn has not come keep what the stack has of them. */
  async #hold(from: number): Promise<MemberEnd[]> {
    const ends: MemberEnd[] = [];
    for (const name of this.members.slice(from)) {
      const member = this.#joined.get(name);
      const standing = member ? await standingRelease(name, member.provider) : {};
      this.#ends.get(name)?.resolve(standing);
      ends.push({ name, record: standing.release, isHeld: true });
    }
    return ends;
  }

  #in({ args }: DeclaredMember, set: pulumi.Output<string>, failed?: GroupFailure) {
    const { name, members } = this;
    // An error would end the run before the others are taken back.
    return {
      ...args,
      failsLate: true,
      group: { name, set, members: [...members], ...(failed && { failed }) },
    };
  }
}

/** The group of each member, by the members' names. */
export function groupsOf(groups: GroupsDefinition): Readonly<Record<string, Group>> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, members]) => {
      const group = new Group(name, members);
      return members.map((member) => [member, group] as const);
    }),
  );
}

/** A member that was rolled back before keeps for which one that was. */
function failureIn(member: string, record: ReleaseRecord | undefined): GroupFailure | undefined {
  return record === undefined || record.verdict === "ready"
    ? undefined
    : (record.group?.failed ?? { member, reason: record.reason ?? "" });
}
