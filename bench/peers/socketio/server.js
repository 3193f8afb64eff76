// What is posted to /publish goes to every socket as an event. Port as argument.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer((request, response) => {
  if (request.method !== "POST") return response.end("ready");
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const times = Number(new URL(request.url, "http://x").searchParams.get("times"));
    const message = JSON.parse(body);
    for (let i = 0; i < times; i++) io.emit("message", message);
    response.end();
  });
});
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, pingInterval: 3_600_000 });
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
