// Proves which proxy is chosen, by a table that Go itself was asked for; that requests go through it is proved by proxy.test.ts.
import { proxyFromEnvironment } from "../../proxy/environment.ts";

const PROXY = "http://proxy.corp:3128";

const chosen = (server: string, variables: Record<string, string>) =>
  proxyFromEnvironment(new URL(server), variables);

/** As golang.org/x/net/http/httpproxy has them: server, NO_PROXY, whether the proxy is on the way. */
test.each<[string, string, boolean]>([
  ["https://api.example.com", "", true],
  ["https://localhost:6443", "", false],
  ["https://127.0.0.1:6443", "", false],
  ["https://127.3.2.1:6443", "", false],
  ["https://[::1]:6443", "", false],
  ["https://[::ffff:127.0.0.1]:6443", "", false],
  ["https://localhost.corp", "", true],
  ["https://10.0.0.1:6443", "", true],
  ["https://api.example.com", "*", false],
  ["https://api.example.com", "none.corp, *", false],
  ["https://api.example.com", "example.com", false],
  ["https://example.com", "example.com", false],
  ["https://badexample.com", "example.com", true],
  ["https://api.example.com", ".example.com", false],
  ["https://example.com", ".example.com", true],
  ["https://api.example.com", "*.example.com", false],
  ["https://example.com", "*.example.com", true],
  ["https://api.example.com", "*example.com", true],
  ["https://api.example.com", " EXAMPLE.com ,", false],
  ["https://api.example.com", "api.example.com:443", false],
  ["https://api.example.com:6443", "api.example.com:443", true],
  ["https://api.example.com:6443", ".example.com:6443", false],
  ["https://api.example.com", "other.corp example.com", true],
  ["https://api.example.com", ":443", true],
  ["https://bücher.example", "xn--bcher-kva.example", false],
  ["https://bücher.example", "bücher.example", false],
  ["https://10.0.0.1:6443", "10.0.0.1", false],
  ["https://10.0.0.1:6443", "10.0.0.1:6443", false],
  ["https://10.0.0.1:6443", "10.0.0.1:443", true],
  ["https://10.0.0.1:6443", "10.0.0.0/8", false],
  ["https://10.0.0.1:6443", " 10.0.0.99/24", false],
  ["https://11.0.0.1:6443", "10.0.0.0/8", true],
  ["https://10.0.0.1:6443", "10.0.0.0/33", true],
  ["https://10.0.0.1:6443", "10.0.0.0/8:6443", true],
  ["https://10.0.0.1:6443", "10", true],
  ["https://10.0.0.1:6443", "0.0.1", true],
  ["https://[fd00::1]:6443", "fd00::/8", false],
  ["https://[fd00::1]:6443", "fd00::1", false],
  ["https://[fd00::1]:6443", "[fd00::1]:6443", false],
  ["https://[fd00::1]:6443", "[fd00::1]:443", true],
  ["https://[fd00::1]:6443", "[fd00::1]", true],
  ["https://api.example.com", "10.0.0.0/8,.svc,.cluster.local", true],
  ["https://kubernetes.default.svc", "10.0.0.0/8,.svc,.cluster.local", false],
])("%s with NO_PROXY=%j goes through the proxy: %p", (server, noProxy, isProxied) => {
  const found = chosen(server, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy });
  expect(found?.url.href).toBe(isProxied ? `${PROXY}/` : undefined);
});

test.each<[string, Record<string, string>, string | undefined, string | undefined]>([
  ["https://a.test", { HTTPS_PROXY: PROXY }, "http://proxy.corp:3128/", "HTTPS_PROXY"],
  ["https://a.test", { https_proxy: PROXY }, "http://proxy.corp:3128/", "https_proxy"],
  ["https://a.test", { HTTPS_PROXY: PROXY, https_proxy: "http://b" }, `${PROXY}/`, "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "", https_proxy: "http://b" }, "http://b/", "https_proxy"],
  ["https://a.test", { HTTP_PROXY: PROXY }, undefined, undefined],
  ["https://a.test", { ALL_PROXY: PROXY, all_proxy: PROXY }, undefined, undefined],
  ["http://a.test", { HTTPS_PROXY: PROXY }, undefined, undefined],
  ["http://a.test", { HTTP_PROXY: PROXY }, `${PROXY}/`, "HTTP_PROXY"],
  ["http://a.test", { http_proxy: PROXY, no_proxy: "a.test:80" }, undefined, undefined],
  [
    "https://a.test",
    { HTTPS_PROXY: PROXY, NO_PROXY: "b.test", no_proxy: "a.test" },
    `${PROXY}/`,
    "HTTPS_PROXY",
  ],
  ["https://a.test", { HTTPS_PROXY: PROXY, no_proxy: "a.test" }, undefined, undefined],
  ["https://a.test", { HTTPS_PROXY: "proxy.corp:3128" }, `${PROXY}/`, "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "proxy.corp" }, "http://proxy.corp/", "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "10.0.0.9:3128" }, "http://10.0.0.9:3128/", "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "socks5://s:1080" }, "socks5://s:1080", "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "socks5h://s:1080" }, "socks5h://s:1080", "HTTPS_PROXY"],
  ["https://a.test", { HTTPS_PROXY: "https://u:p@s" }, "https://u:p@s/", "HTTPS_PROXY"],
])("%s with %j goes through %s", (server, variables, url, namedBy) => {
  const found = chosen(server, variables);
  expect(found?.url.href).toBe(url);
  expect(found?.namedBy).toBe(namedBy);
});

test.each(["http://a host:1", "socks4://s", "ftp://s", "http://u:50%@s", "http://", "a b"])(
  "%s is refused, and nothing of it is repeated",
  (value) => {
    const choose = () => chosen("https://a.test", { https_proxy: value });
    expect(choose).toThrow(/^https_proxy: no URL of a proxy; allowed: http:\/\/, .*; correct it$/);
    expect(chosen("https://a.test", { https_proxy: value, no_proxy: ".test" })).toBeUndefined();
  },
);
