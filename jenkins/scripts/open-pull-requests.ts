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
  const list = `${api}/repos/${repository}/pulls?state=open&sort=created&direction=asc&per_page=${PAGE}`;
  const { numbers, pages } = await read(list, token);
  // One that is closed while several pages are read moves another one from a page that is still to be read to one that was.
  const again = pages > 1 ? await read(list, token) : { numbers: [] };
  const open = [...new Set([...numbers, ...again.numbers])];
  console.log(open.length === 0 ? "none" : open.join(","));
}

async function read(list: string, token: string) {
  const numbers: number[] = [];
  for (let page = 1; ; page++) {
    const { some, isLast } = await pageAt(`${list}&page=${page}`, token);
    numbers.push(...some);
    if (isLast) {
      return { numbers, pages: page };
    }
  }
}

async function pageAt(url: string, token: string) {
  const headers = { accept: "application/vnd.github+json", authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) {
    throw new Error(`${url} answers ${answer.status}`);
  }
  const found: unknown = await answer.json();
  const some = Array.isArray(found) ? found.map(numberOf) : [undefined];
  const known = some.filter((number) => number !== undefined);
  if (known.length < some.length) {
    throw new Error(`${url} answers with something else than pull requests`);
  }
  // A page with fewer is not the last one where GitHub says that there is a next.
  const isFollowed = /;\s*rel="next"/.test(answer.headers.get("link") ?? "");
  return { some: known, isLast: !isFollowed && known.length < PAGE };
}

function numberOf(pull: unknown): number | undefined {
  const { number } = (pull ?? {}) as { readonly number?: unknown };
  return Number.isInteger(number) ? (number as number) : undefined;
}

const [repository, file] = process.argv.slice(2);
main(repository, file).catch((error: unknown) => {
  console.error(
    `which pull requests are open is not known, so that nothing is swept: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
