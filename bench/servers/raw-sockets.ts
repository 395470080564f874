/**
 * The limit for WebSockets: uWebSockets.js that checks nothing and does nothing. It answers handshakes with the header lines
 * in HEADERS, as JSON, and sends each socket the messages in MESSAGES, if any, in one cork.
 */
import uws from '../../core/server/uws.ts';

const headers: readonly (readonly [string, string])[] = JSON.parse(process.env.HEADERS ?? '[]');
const messages: readonly string[] = JSON.parse(process.env.MESSAGES ?? '[]');

const app = uws.App();
app.ws('/*', {
  idleTimeout: 40,
  sendPingsAutomatically: true,
  upgrade(response, request, socketContext) {
    response.writeStatus('101 Switching Protocols');
    for (const [name, value] of headers) response.writeHeader(name, value);
    response.upgrade({}, request.getHeader('sec-websocket-key'), '', '', socketContext);
  },
  open(socket) {
    if (messages.length === 0) return;
    socket.cork(() => {
      for (const message of messages) socket.send(message, false, false);
    });
  },
});
app.listen('127.0.0.1', 0, (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
