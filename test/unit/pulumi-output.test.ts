// Proves what is told of a command of pulumi that fails. Cannot prove what the real one says: the stories of the command line do.
import { chmodSync } from "node:fs";
import { join } from "node:path";

import { exportedState } from "../../cli/verify-state/exported.ts";
import { pulumiOutput } from "../../cli/pulumi-output.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

/** A program in place of pulumi. */
function standIn(script: string): string {
  const folder = folderWith({ pulumi: `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, "pulumi"), 0o755);
  return folder;
}

const FAILING = 'echo "error: open bucket s3://ci:hunter2pass@store.example.com" >&2; exit 255';

test("a failure is told by the command and what it says, without the login to the backend", async () => {
  const folder = standIn(FAILING);
  const command = join(folder, "pulumi");
  const asked = pulumiOutput({ command, args: ["stack", "ls"], stack: "dev", folder, bytes: 1000 });
  await expect(asked).rejects.toThrow(
    /^pulumi stack ls failed: error: open bucket s3:\/\/ci:\*\*\*@/,
  );
});

test("a state that cannot be exported is told so, too", async () => {
  const folder = standIn(FAILING);
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path ?? ""}`;
  try {
    const asked = exportedState(folder, "dev");
    await expect(asked).rejects.toThrow(
      /^pulumi stack export --stack dev failed: (?!.*hunter2pass)/,
    );
  } finally {
    process.env["PATH"] = path;
  }
});

test("asks about one stack, without questions and colours", async () => {
  const folder = standIn('echo "$@"');
  const command = join(folder, "pulumi");
  const said = await pulumiOutput({ command, args: ["about"], stack: "dev", folder, bytes: 1000 });
  expect(said).toBe("about --stack dev --non-interactive --color never\n");
});
