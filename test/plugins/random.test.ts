// Runs against whichever random plugin is installed; says nothing about the quality of the randomness.
import { Program } from "../../testbed/program.ts";

interface Outputs {
  readonly password: string;
  readonly id: string;
  readonly number: number;
}

let program: Program;
beforeAll(async () => {
  program = await Program.create("random");
});
afterAll(async () => {
  await program.dispose();
});

const declare = (keeper: string) => `
  const keepers = { keeper: "${keeper}" };
  const password = new random.RandomPassword("password", { length: 24, special: false, minNumeric: 3, keepers });
  const id = new random.RandomId("id", { byteLength: 4 });
  const number = new random.RandomInteger("number", { min: 5, max: 7 });
  module.exports = { password: password.result, id: id.hex, number: number.result };
`;

test("a random value stays until a keeper changes, and a password is a secret", async () => {
  await program.upWith(declare("one"));
  const first = await program.outputs<Outputs>();
  expect(first.password).toMatch(/^(?=(.*\d){3})[A-Za-z0-9]{24}$/);
  expect(first.id).toMatch(/^[0-9a-f]{8}$/);
  expect([5, 6, 7]).toContain(first.number);
  expect(await program.state()).not.toContain(first.password);

  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");
  expect(await program.outputs<Outputs>()).toEqual(first);

  await program.upWith(declare("two"));
  const second = await program.outputs<Outputs>();
  expect(second.password).not.toBe(first.password);
  expect([second.id, second.number]).toEqual([first.id, first.number]);
});

test("a preview knows that a value will be another one, and no value", async () => {
  await program.write(declare("three"));
  const { exitCode, output } = await program.preview();
  expect(exitCode).toBe(0);
  expect(output).toMatch(/random:index\/randomPassword:RandomPassword: \(replace\)/);
  expect(output).toMatch(/keeper *: "two" => "three"/);
});

test("impossible inputs are refused", async () => {
  await program.write(`new random.RandomPassword("password", { length: 2, minLower: 3 });`);
  const { exitCode, output } = await program.preview();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/length/);
});
