// Prints the numbers of a repository's open pull requests, or none: open-pull-requests.ts <owner/name> <file with a token>.
// GITHUB_API: where GitHub answers, by default https://api.github.com.
import { readFileSync } from "node:fs";

/** The most that GitHub gives at a time. */
const PAGE = 100;

const [repository = "", file = ""] = process.argv.slice(2);
const { GITHUB_API: api = "https://api.github.com" } = process.env;
const headers = {
  accept: "application/vnd.github+json",
  authorization: `Bearer ${readFileSync(file, "utf8").trim()}`,
};

const numbers: number[] = [];
for (let page = 1; ; page++) {
  const url = `${api}/repos/${repository}/pulls?state=open&per_page=${PAGE}&page=${page}`;
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  }
  const found = (await answer.json()) as readonly { readonly number: number }[];
  numbers.push(...found.map(({ number }) => number));
  if (found.length < PAGE) {
    break;
  }
}
console.log(numbers.length === 0 ? "none" : numbers.join(","));
