// Proves that clones of one time have folders of their own; what Node keeps of compiled code by their paths is not looked at.
import { existsSync, rmdirSync } from "node:fs";

import { freeFolder } from "../../testbed/free-folder.ts";

test("a folder is nobody else's until it is removed, and then the next one's", async () => {
  const folders = await Promise.all([freeFolder(), freeFolder()]);
  const third = await freeFolder();
  try {
    expect(new Set([...folders, third]).size).toBe(3);
  } finally {
    for (const folder of [...folders, third]) {
      expect(existsSync(folder)).toBe(true);
      rmdirSync(folder);
    }
  }
});
