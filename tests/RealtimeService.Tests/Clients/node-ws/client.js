// Talks to the WebSocket given as argument as any user of the library "ws" would, and says line by line what happens.
import WebSocket from "ws";

const socket = new WebSocket(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);
let live = 0;

socket.on("open", () => say(`open ${socket.extensions}`));
socket.on("message", (data, isBinary) => {
  const message = JSON.parse(data.toString());
  say(`${message.type}${message.snapshot === true ? " snapshot" : ""}${isBinary ? " binary" : ""}`);
  if (message.type === "welcome") socket.send(JSON.stringify({ action: "subscribe", channel: "tranche_apy" }));
  if (message.type === "apy_update" && message.snapshot !== true && ++live === 3) socket.ping("are you there");
});
socket.on("pong", (data) => {
  say(`pong ${data}`);
  socket.close(1000, "enough");
});
socket.on("close", (code) => say(`close ${code}`));
socket.on("error", (error) => say(`error ${error.message}`));
