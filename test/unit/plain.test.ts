// Proves that a text of others has nothing that a terminal obeys.
import { withPlainMessages } from "../../provider/cluster/plain-messages.ts";
import { plain, plainIn } from "../../mask/plain.ts";
import { NASTY } from "../fixtures/nasty-texts.ts";
import { FACTOR, growth } from "../support/growth.ts";

test.each([
  ["a\tb\nc", "a\tb\nc"],
  ["a\r\nb", "a\nb"],
  ["harmless\rover it", "harmless over it"],
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x1b[38;5;196mred", "red"],
  ["\x1b]0;title\x07text", "text"],
  ["\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["\x1bPq#0\x1b\\text", "text"],
  ["\x1b(Btext", "text"],
  ["\x9b31mred", "red"],
  ["\x1b]0;never ended\nnext", "\nnext"],
  ["cut \x1b[", "cut "],
  ["nul\0 bell\x07 delete\x7f nel\x85", "nul bell delete nel"],
  ["\u202eturned\u2066\u200f", "turned"],
  ["half \ud83d", "half \ufffd"],
  ["whole 😀 ä", "whole 😀 ä"],
  ["un\u2028seen \u{e0041}tag \ufff9 \u206a \u180e", "un seen tag   "],
  ["pass\u00adword \u034fis \u115fsoft", "password is soft"],
])("%j", (text, expected) => {
  expect(plain(text)).toBe(expected);
});

test.each(NASTY)("the time grows with the length only: %j", (unit) => {
  expect(growth(unit, plain)).toBeLessThan(3 * FACTOR);
});

test("what is declared stays as it is, since it is compared and written again", () => {
  const text = "\x1b[31mred\r\n";
  const declared = { spec: { note: text }, metadata: { annotations: { message: text } } };
  expect(withPlainMessages(structuredClone(declared))).toEqual(declared);
  expect(withPlainMessages({ involvedObject: { kind: text }, image: text })).toEqual({
    involvedObject: { kind: "red\n" },
    image: "red\n",
  });
});

test("a value is plain in its texts and in the names of its fields", () => {
  const value = { "\x1b[1mname": ["\x1b[1ma", { b: "\u202ec" }], n: 1, nothing: null };
  expect(plainIn(value)).toEqual({ name: ["a", { b: "c" }], n: 1, nothing: null });
});

test("an answer's sentences are plain at any depth, and its values are as they were", () => {
  const sentence = "\x1b[31mred";
  const status = { conditions: [{ type: "Ready", message: sentence, reason: sentence }] };
  expect(
    withPlainMessages({ items: [{ data: { key: sentence }, status, note: sentence }] }),
  ).toEqual({
    items: [
      {
        data: { key: sentence },
        status: { conditions: [{ type: "Ready", message: "red", reason: "red" }] },
        note: "red",
      },
    ],
  });
});
