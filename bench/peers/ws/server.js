// What is posted to /publish goes to every WebSocket. Port as argument.
import { createServer } from "node:http";
import { WebSocketServer, WebSocket } from "ws";

const server = createServer((request, response) => {
  if (request.method !== "POST") return response.end("ready");
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const times = Number(new URL(request.url, "http://x").searchParams.get("times"));
    for (let i = 0; i < times; i++) {
      for (const socket of sockets.clients) {
        if (socket.readyState === WebSocket.OPEN) socket.send(body);
      }
    }
    response.end();
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
