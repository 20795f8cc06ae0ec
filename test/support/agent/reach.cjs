// Prints which of the URLs in its arguments answer this pod: tcp, udp (an echo), dns and dns+tcp (a server asked for a name), name (its own resolver).
const { createSocket } = require("node:dgram");
const { lookup } = require("node:dns/promises");
const { connect } = require("node:net");

const MILLISECONDS = 2000;
const FOUND = 0;

/** Asks for the IPv4 addresses of a name. */
function query(name) {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
}

const isFound = (answer) => (answer[3] & 15) === FOUND && answer.readUInt16BE(6) > 0;

function datagram({ hostname, port }, payload, accepts) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (reached) => {
      clearTimeout(limit);
      socket.close();
      resolve(reached);
    };
    const limit = setTimeout(end, MILLISECONDS, false);
    socket.on("error", () => end(false));
    socket.on("message", (answer) => end(accepts(answer)));
    // Connected, a socket hears that it was refused.
    socket.connect(Number(port), hostname, () => socket.send(payload));
  });
}

function stream({ hostname, port }, payload, accepts) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      payload === undefined ? end(true) : socket.write(payload);
    });
    const end = (reached) => {
      socket.destroy();
      resolve(reached);
    };
    socket.setTimeout(MILLISECONDS, () => end(false));
    socket.on("error", () => end(false));
    socket.on("data", (answer) => end(accepts(answer)));
  });
}

function reaches(url) {
  const name = url.pathname.slice(1);
  switch (url.protocol) {
    case "tcp:":
      return stream(url);
    case "udp:":
      return datagram(url, "anybody there", () => true);
    case "dns:":
      return datagram(url, query(name), isFound);
    case "dns+tcp:": {
      const question = query(name);
      const framed = Buffer.concat([Buffer.from([0, question.length]), question]);
      return stream(url, framed, (answer) => isFound(answer.subarray(2)));
    }
    case "name:":
      return lookup(url.hostname, { family: 4 }).then(
        () => true,
        () => false,
      );
  }
}

const targets = process.argv.slice(2);
Promise.all(targets.map((target) => reaches(new URL(target)))).then((reached) => {
  console.log(JSON.stringify(Object.fromEntries(targets.map((to, index) => [to, reached[index]]))));
});
