/** The key by which the engine marks what is special in a value. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** What stands under {@link SIGNATURE} for a secret. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
