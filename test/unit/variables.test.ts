// Cannot prove what a kubelet makes of the text: see test/e2e/manifests.test.ts.
import * as fc from "fast-check";

import { environmentVariables } from "../../components/manifests/variables.ts";
import { escaped, references } from "../../contract/variable-reference.ts";
import { faultLine } from "../../settings/fault.ts";
import { variableFaults } from "../../settings/variables.ts";

/** What a kubelet makes of a text, by its rules: one pass, a doubled `$` first. */
function kubeletsText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) =>
    name === undefined ? "$" : (values[name] ?? found),
  );
}

describe("text of a variable", () => {
  test("arrives as it was written, whatever it is", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "(", ")", "A", "x", " ") });
    fc.assert(fc.property(text, (given) => kubeletsText(escaped(given), { A: "?" }) === given));
  });

  test.each([
    ["pa$word", "pa$word"],
    ["costs 5$", "costs 5$"],
    ["pa$$word", "pa$$$$word"],
    ["$(A)", "$$(A)"],
    ["$$(A)", "$$$$(A)"],
    ["${HOME}", "${HOME}"],
  ])("%s stands in the manifest as %s", (given, inManifest) => {
    expect(environmentVariables({ B: given })).toEqual([{ name: "B", value: inManifest }]);
  });

  test.each([
    ["$(A)$(B) $$(C) $D $(", ["A", "B"]],
    ["$$$(A)", ["A"]],
    ["$(unended", []],
    ["", []],
  ])("%j refers to %j", (text, names) => {
    expect(references(text)).toEqual(names);
  });

  test("of a megabyte that begins references and ends none is read once", () => {
    expect(references("$(".repeat(500_000))).toEqual([]);
    expect(references(`${"$(".repeat(500_000)})`)).toHaveLength(1);
  });
});

describe("a variable that expands others", () => {
  test("stands after all that it needs, and the others keep their order", () => {
    const names = environmentVariables({
      A_URL: { expand: "$(B_HOST)/$(PASSWORD)" },
      B_HOST: { expand: "$(Z)" },
      C: "1",
      PASSWORD: { secret: "db", key: "password" },
      Z: "z",
    }).map(({ name }) => name);
    expect(names).toEqual(["Z", "B_HOST", "PASSWORD", "A_URL", "C"]);
  });

  test("keeps its text for Kubernetes to expand", () => {
    expect(environmentVariables({ A: "x", B: { expand: "$(A) costs $$5" } })).toEqual([
      { name: "A", value: "x" },
      { name: "B", value: "$(A) costs $$5" },
    ]);
  });

  test("of itself is refused, also by way of others", () => {
    expect(() =>
      environmentVariables({ A: { expand: "$(B)" }, B: { expand: "$(C)" }, C: { expand: "$(A)" } }),
    ).toThrow("env.A refers to itself (A, B, C, A); remove one of the references");
  });
});

describe("settings", () => {
  const told = (env: Record<string, unknown>, others: Record<string, unknown> = {}) =>
    variableFaults({
      services: { shop: { env, credentials: ["db"] } },
      credentials: { db: { keys: { PASSWORD: { random: { length: 24 } } } } },
      ...others,
    }).map(faultLine);

  test("refuse text that names another variable in Kubernetes' way", () => {
    expect(told({ URL: "x:$(PASSWORD)@y" })).toEqual([
      'slipway:services.shop.env.URL: got "x:$(PASSWORD)@y"; allowed: text without $(NAME) of another variable; write {expand: …} to get the value of PASSWORD, with $$(PASSWORD) in it if the text itself is meant',
    ]);
  });

  test("leave text alone that names none", () => {
    expect(told({ A: "$(date)", B: "pa$$word", C: "$5", D: 5, E: true })).toEqual([]);
  });

  test("accept references to variables of the service and of its credentials", () => {
    expect(told({ HOST: "db", URL: { expand: "$(HOST):$(PASSWORD)" } })).toEqual([]);
  });

  test("refuse a reference to what the service has not", () => {
    expect(told({ HOST: "db", URL: { expand: "$(HOTS)" } })).toEqual([
      'slipway:services.shop.env.URL.expand: got "$(HOTS)"; no variable of this service is called HOTS; allowed in $(…): HOST, PASSWORD; write $$ for a $',
    ]);
  });

  test("say that there is none to refer to", () => {
    const alone = { services: { shop: { env: { URL: { expand: "$(HOST)" } } } } };
    expect(told({}, alone)).toEqual([
      'slipway:services.shop.env.URL.expand: got "$(HOST)"; no variable of this service is called HOST; allowed in $(…): none; write $$ for a $',
    ]);
  });

  test("refuse references in a circle", () => {
    expect(told({ A: { expand: "$(B)" }, B: { expand: "$(A)" }, C: { expand: "$(C)" } })).toEqual([
      'slipway:services.shop.env.A.expand: got "$(B)"; refers to itself: A → B → A; remove one of the references',
      'slipway:services.shop.env.B.expand: got "$(A)"; refers to itself: B → A → B; remove one of the references',
      'slipway:services.shop.env.C.expand: got "$(C)"; refers to itself: C → C; remove one of the references',
    ]);
  });
});
