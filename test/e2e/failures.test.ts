// Proves a few quick cases of the failure catalogue; `npm run catalogue` plays all of them and measures.
import { CATALOGUE } from "../../bench/catalogue/catalogue";
import { buildImages } from "../../bench/catalogue/images";
import { play } from "../../bench/catalogue/play";

const QUICK = ["image-digest-missing", "secret-key-missing", "quota-none", "crash-once"];

test("broken services are named for what they are within their time, and one crash is forgiven", async () => {
  const entries = CATALOGUE.filter(({ name }) => QUICK.includes(name));
  const results = await play(entries, { images: await buildImages() });
  expect(
    results
      .map(({ entry, outcomes }) => [entry.name, ...outcomes.map(({ fault }) => fault)])
      .sort(),
  ).toEqual(QUICK.map((name) => [name, undefined]).sort());
});

test("what is shown names the Secret and the key that are missing", async () => {
  const entries = CATALOGUE.filter(({ name }) => name === "secret-key-missing");
  const [result] = await play(entries, { images: await buildImages() });
  expect(result?.outcomes[0]?.message).toMatch(
    /^shop: config-missing after \d+ s: .*token.*payment/,
  );
});
