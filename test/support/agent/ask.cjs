// Sends the requests on standard input to the API server with the pod's own token, and prints the status of each answer.
const { readFileSync } = require("node:fs");
const { request } = require("node:https");

const read = (name) => readFileSync(`/var/run/slipway/${name}`, "utf8");
const [ca, token] = [read("ca.crt"), read("token")];

function send({ method, path, body }) {
  const type = method === "PATCH" ? "merge-patch+json" : "json";
  const headers = { authorization: `Bearer ${token}`, "content-type": `application/${type}` };
  const url = `https://kubernetes.default.svc${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, ca }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on("error", reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

const requests = JSON.parse(readFileSync(0, "utf8"));
Promise.all(requests.map(send)).then((answers) => console.log(JSON.stringify(answers)));
