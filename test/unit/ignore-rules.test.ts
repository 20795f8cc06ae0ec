// Holds the rules to what github.com/moby/patternmatcher answers; which files a builder got is for test/plugins/docker.test.ts.
import { ignoreRules } from "../../build-context/ignore-rules.ts";

/** Pattern, paths that it leaves out, paths that it does not. */
type Case = readonly [pattern: string, out: readonly string[], kept: readonly string[]];

const WILDCARDS: readonly Case[] = [
  ["*", ["abc", "abc/d", ".env"], []],
  ["*c", ["abc", "abc/d"], ["abd", "d/abc"]],
  ["a*", ["a", "abc", "ab/c"], ["ba"]],
  ["a*/b", ["abc/b", "abc/b/c"], ["a/c/b", "a"]],
  ["a*b*c*d*e*/f", ["axbxcxdxe/f", "axbxcxdxexxx/f"], ["axbxcxdxe/xxx/f", "axbxcxdxexxx/fff"]],
  ["a*b?c*x", ["abxbbxdbxebxczzx"], ["abxbbxdbxebxczzy"]],
  ["*x", ["xxx"], []],
  ["a*b", ["ab", "a.b"], ["a/b"]],
  ["a?b", ["a☺b", "a😀b"], ["a/b", "ab"]],
  ["a???b", [], ["a☺b"]],
  ["abc?def", ["abcZdef"], ["abcdef"]],
  ["a/*.txt", ["a/file.txt"], ["a/dir/file.txt"]],
  [".*", [".foo", ".git/config"], ["foo", "a/.foo"]],
  ["{1}*.txt", ["a.txt"], ["b{1}a"]],
  ["{0}?a", ["ba", "cba"], ["a", "ab"]],
];

const ANY_DEPTH: readonly Case[] = [
  ["**", ["file", "dir/file"], []],
  ["**/", ["file", "dir/file"], []],
  ["**/**", ["dir/file", "file"], []],
  ["***", ["dir/file", "file"], []],
  ["dir/**", ["dir/file", "dir/dir2/file"], ["dir", "dirs/file"]],
  ["abc/**", ["abc/def", "abc/def/ghi"], ["abc"]],
  ["abc**", ["abc", "abcd/e"], ["ab"]],
  ["**/dir", ["dir", "dir/file", "a/dir", "a/dir/b"], ["adir"]],
  ["**/dir2/*", ["dir/dir2/file", "dir/dir2/file/a"], ["dir2"]],
  ["**/dir2/**", ["dir/dir2/dir3/file"], ["dir/dir2"]],
  ["**file", ["file", "dir/file", "dir/dir/file", "profile", "dir/profile"], ["files"]],
  ["**/file", ["dir/file", "dir/dir/file"], ["profile"]],
  ["**file*", ["file", "dir/file.txt"], ["profile"]],
  ["**/file*", ["dir/dir/file", "dir/dir/file.txt"], []],
  ["**/file*txt", ["dir/dir/file.txt"], []],
  ["**/file*.txt*", ["dir/dir/file.txt"], ["dir/file-txt"]],
  ["**/**/*.txt", ["dir/dir/file.txt", "file.txt"], []],
  ["**/**/*.txt2", [], ["dir/dir/file.txt"]],
  ["**/*.txt", ["file.txt"], ["file-txt"]],
  ["a**/*.txt", ["a/file.txt", "a/dir/file.txt", "a/dir/dir/file.txt"], ["b/a/file.txt"]],
  ["a/*.txt**", ["a/file.txt"], []],
  ["**/foo/bar", ["foo/bar", "dir/foo/bar", "dir/dir2/foo/bar"], ["foobar"]],
  ["**/.foo", [".foo", "a/.foo"], ["bar.foo"]],
  ["a**b", ["ab", "a/b", "ac/d/b"], ["acb"]],
];

const CLASSES: readonly Case[] = [
  ["a[b-d]e", ["ace"], ["ae", "aae"]],
  ["a[^b-d]e", ["aze"], ["ace"]],
  ["ab[^e-g]", ["abc"], ["abe"]],
  ["a[!b]c", ["a!c", "abc"], ["adc"]],
  ["a[^a]b", ["a☺b"], []],
  ["a[^a][^a][^a]b", [], ["a☺b"]],
  ["[a-ζ]*", ["α"], []],
  ["*[a-ζ]", [], ["A"]],
  ["[\\]a]", ["]", "a"], ["b"]],
  ["[x\\-]", ["x", "-"], ["z"]],
  ["[\\-x]", ["x", "-"], ["a"]],
  ["a]*", ["a]", "a]b"], ["a"]],
  ["[*]", [], ["*", "a"]],
];

const TEXT: readonly Case[] = [
  ["abc.def", ["abc.def"], ["abcdef", "abcZdef"]],
  ["a(b)c/def", ["a(b)c/def"], ["a(b)c/xyz", "abc/def"]],
  ["a.|)$(}+{bc", ["a.|)$(}+{bc"], []],
  ["c++", ["c++", "c++/main"], ["c", "cc"]],
  ["{a,b}", ["{a,b}"], ["a", "b"]],
  ["*+1.whl", ["a+1.whl"], ["aa1.whl", "a1.whl"]],
  ["^a", ["^a"], ["a"]],
  ["a$*", ["a$b"], ["a"]],
  ["A.LOG", ["A.LOG"], ["a.log"]],
  ["é", ["é", "é/a"], ["e"]],
  ["a\\\\", ["a\\"], ["a"]],
  ["a\\*b", ["a*b"], ["ab", "axb"]],
  ["\\!a", ["!a"], ["a"]],
  ["\\#a", ["#a"], ["a"]],
  ["a\\ b", ["a b"], ["a\\ b"]],
  ["\\[a]", ["[a]"], ["a"]],
  ["\\-*", ["-", "-a"], ["a"]],
  ["a b", ["a b"], ["a", "b"]],
];

const PATHS: readonly Case[] = [
  ["docs", ["docs", "docs/a", "docs/a/b"], ["a/docs", "docs2"]],
  ["docs/", ["docs", "docs/a"], ["docs2"]],
  ["/docs", ["docs/a"], ["a/docs"]],
  ["//docs//", ["docs/a"], []],
  ["./docs", ["docs/a"], []],
  ["docs/./a/..", ["docs/b"], ["doc"]],
  ["../docs", [], ["docs"]],
  ["/../docs", ["docs"], []],
  ["docs/..", [], ["docs", "a"]],
  [".", [], ["a"]],
  ["/", [], ["a"]],
  ["docs/a/b", ["docs/a/b"], ["docs/a", "docs/b"]],
];

const FORMS: readonly Case[] = [
  ["", [], ["a"]],
  ["# a\na # b", ["a # b"], ["a", "# a"]],
  [" #a", ["#a"], ["a"]],
  ["  a\t\r\nb  \n\n", ["a", "b"], ["a\t"]],
  ["\u00a0a\u2003", ["a"], []],
  ["\uFEFFa", ["a"], ["\uFEFFa"]],
  ["\uFEFF# a\nb", ["b"], ["a"]],
  ["a /.", ["a"], []],
];

const EXCEPTIONS: readonly Case[] = [
  ["!a\n*", ["a"], []],
  ["*.go\n!fileutils.go", ["a.go"], ["fileutils.go"]],
  ["docs\n!docs/README.md", ["docs", "docs/a"], ["docs/README.md"]],
  ["docs/\n!docs/README.md", ["docs/a"], ["docs/README.md"]],
  ["docs/*\n!docs/README.md", ["docs/a"], ["docs", "docs/README.md"]],
  ["docs\n  ! /docs/README.md  ", ["docs/a"], ["docs/README.md"]],
  ["docs\n!./docs//a/", ["docs/b"], ["docs/a", "docs/a/b"]],
  ["**\n!util/docker/web", ["util/docker"], ["util/docker/web/foo"]],
  ["**\n!util/docker/web\nutil/docker/web/foo", ["util/docker/web/foo"], ["util/docker/web/a"]],
  ["**\n!dist/*.whl", ["dist/a"], ["dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl"]],
  ["**\n!**/*.md", ["a/b"], ["a/b.md", "b.md"]],
  ["*\n!a\na/b\n!a/b/c", ["a/b", "a/b/d", "b"], ["a", "a/b/c", "a/c"]],
  ["*\n!!a", ["a"], ["!a"]],
  ["*\n./!a", ["b"], ["a"]],
];

test.each([...WILDCARDS, ...ANY_DEPTH, ...CLASSES, ...TEXT, ...PATHS, ...FORMS, ...EXCEPTIONS])(
  "%j leaves out %j, and keeps %j",
  (pattern, out, kept) => {
    const { ignores } = ignoreRules(pattern);
    expect([...out, ...kept].filter(ignores)).toEqual(out);
  },
);

test.each([
  "!",
  "! ",
  "!/",
  "[",
  "[^",
  "[^bc",
  "a[",
  "[]a]",
  "[^]a]",
  "[-]",
  "[x-]",
  "[-x]",
  "[a-b-c]",
  "\\",
  "a\\",
  "a\\ ",
  "[Local-Only]/",
  "\\é",
])("%j is refused, as the builder refuses it", (pattern) => {
  expect(() => ignoreRules(`a\n${pattern}\n`)).toThrow(JSON.stringify(pattern.trim()));
});

test("tells whether a rule takes anything back", () => {
  expect(ignoreRules("a\n\\!b\n#!c").includesAgain).toBe(false);
  expect(ignoreRules("a\n !b").includesAgain).toBe(true);
});
