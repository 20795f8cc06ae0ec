// Proves what is taken for a secret by two tables of lines; a secret that nothing marks is not found, as the docs say.
import { masked } from "../../mask/mask.ts";
import { NASTY } from "../fixtures/nasty-texts.ts";
import { FACTOR, growth } from "../support/growth.ts";
import { LOGGED } from "../fixtures/logged-lines.ts";
import { MASKED, UNTOUCHED } from "../fixtures/masked-lines.ts";
import { ORDINARY } from "../fixtures/ordinary-lines.ts";

test.each<readonly [line: string, told: string]>([
  ["DB_PASSWORD=hunter2 tries again", "DB_PASSWORD=*** tries again"],
  ['{"apiKey":"abc def","port":80}', '{"apiKey":***,"port":80}'],
  ["client_secret: 'a b', next", "client_secret: ***, next"],
  ["GET /?access_token=abc&page=2", "GET /?access_token=***&page=2"],
  ["Authorization: Bearer eyJhbGciOi.J9.x-y_z", "Authorization: Bearer ***"],
  ["uses bearer abcdefgh12345678==", "uses bearer ***"],
  ["authorization: basic dXNlcg==", "authorization: basic ***"],
  [
    "cannot reach postgres://shop:hunter2@db:5432/shop",
    "cannot reach postgres://shop:***@db:5432/shop",
  ],
  ...MASKED,
  ...LOGGED,
])("%s", (line, expected) => {
  expect(masked(line)).toBe(expected);
});

test.each([
  "password is wrong",
  "no token in the request",
  "listening on http://10.0.0.1:8080/a@b",
  "basic settings are loaded",
  "ended with exit code 3",
  ...UNTOUCHED,
  ...ORDINARY,
])("%s stays as it is", (line) => {
  expect(masked(line)).toBe(line);
});

test.each([...MASKED, ...LOGGED])("%s: what is masked once stays as it is", (line) => {
  expect(masked(masked(line))).toBe(masked(line));
});

test.each(NASTY)("the time grows with the length only: %j", (unit) => {
  expect(growth(unit, masked)).toBeLessThan(3 * FACTOR);
});
