// Goes before the shop's own code: its time passes when its parent says so, in milliseconds, and what is due then
// happens at once. The time that really passes is not counted by timers, but by the two clocks.
const { syncBuiltinESMExports } = require("node:module");
const { mock } = require("node:test");

mock.timers.enable({ apis: ["setTimeout"] });
syncBuiltinESMExports();

let passed = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + passed;
const { uptime } = process;
process.uptime = () => uptime() + passed / 1000;

process.on("message", (milliseconds) => {
  passed += milliseconds;
  mock.timers.tick(milliseconds);
  process.send(milliseconds);
});
// It is the shop that says when it ends.
process.channel.unref();
