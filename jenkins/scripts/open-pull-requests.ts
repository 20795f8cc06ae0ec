import { readFileSync } from "node:fs";

/** The most that GitHub gives at a time. */
const PAGE = 100;

/**
 * Prints the numbers of a repository's open pull requests, or `none`: `open-pull-requests.ts <owner/name> <file with a token>`. GITHUB_API is
 * where GitHub answers, by default https://api.github.com.
 */
async function main(repository = "", file = ""): Promise<void> {
  const { GITHUB_API: api = "https://api.github.com" } = process.env;
  const token = readFileSync(file, "utf8").trim();
  const numbers: number[] = [];
  for (let page = 1, found = PAGE; found === PAGE; page++) {
    const url = `${api}/repos/${repository}/pulls?state=open&per_page=${PAGE}&page=${page}`;
    const some = await numbersAt(url, token);
    numbers.push(...some);
    found = some.length;
  }
  console.log(numbers.length === 0 ? "none" : numbers.join(","));
}

async function numbersAt(url: string, token: string): Promise<number[]> {
  const headers = { accept: "application/vnd.github+json", authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) {
    throw new Error(`${url} answers ${answer.status}`);
  }
  const found = (await answer.json()) as readonly { readonly number: number }[];
  return found.map(({ number }) => number);
}

const [repository, file] = process.argv.slice(2);
main(repository, file).catch((error: unknown) => {
  console.error(
    `which pull requests are open is not known, so that nothing is swept: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
