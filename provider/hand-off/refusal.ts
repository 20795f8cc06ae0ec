/** Words of an API server, or of who applies, that another try does not change. */
const LASTING =
  /is invalid:|\(Invalid\)|is forbidden:|\(Forbidden\)|immutable|denied (?:the )?request|not permitted in project|no matches for kind|could not find .* for requested resource|cannot be handled as an? |error validating data|unknown field|field not declared in schema/;

/** Where they say only that something is in the way. */
const PASSING = /is being terminated|exceeded quota|already allocated/;

/** Whether an object was refused for what does not mend by itself. */
export function isRefusal(words: string): boolean {
  return LASTING.test(words) && !PASSING.test(words);
}
