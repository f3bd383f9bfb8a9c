import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, opened } from "./support/outcome.js";
import {
  begin,
  echo,
  head,
  marker,
  peer,
  respond,
  send,
  switching,
} from "./support/peer.js";

/** Opens on what the server sends. @param {any[]} messages */
async function opensOn(...messages) {
  const server = await peer([...begin(), send(...messages), echo()]);
  const socket = new KaazingWebSocket(server.url, "soap");
  const log = await opened(socket);
  socket.send("still in step?");
  assert.equal((await log.next("message")).data, "still in step?");
  socket.close();
  await server.transcript();
  return socket;
}

/**
 * Fails on what the server sends, and closes with 4000.
 *
 * @param {string} code
 * @param {any[]} messages
 */
async function failsOn(code, ...messages) {
  const server = await peer([...begin(), send(...messages)]);
  const socket = new KaazingWebSocket(server.url, "soap");
  const error = await failed(socket, code);
  const { close } = await server.transcript();
  assert.equal(close?.code, 4000, error.message);
  return error;
}

describe("a response in pieces", () => {
  it("may come in messages of one byte", () =>
    opensOn({ bytes: switching, each: 1 }, marker));
  it("may come in text messages of one byte", () =>
    opensOn({ text: switching, each: 1 }, marker));
  it("may come as one text message", () =>
    opensOn({ text: switching }, marker));
  it("may come in fragments of one byte", () =>
    opensOn({ bytes: switching, fragments: 1 }, marker));
  it("may come as text and binary by turns", () => {
    const half = switching.length >> 1;
    return opensOn(
      { text: switching.slice(0, half) },
      { bytes: switching.slice(half) },
      marker,
    );
  });

  it("may be split anywhere", async () => {
    const response = head(
      "101 OK",
      "Upgrade: websocket",
      "Sec-WebSocket-Protocol: soap",
    );
    const at = Array.from(response, (_, i) => i).slice(1);
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (const i of at.filter((n) => n % 4 === lane)) {
          const socket = await opensOn(
            { bytes: response.slice(0, i) },
            { bytes: response.slice(i) },
            marker,
          );
          assert.equal(socket.protocol, "soap", `split at ${i}`);
        }
      }),
    );
  });

  it("may split its body, and the body may follow the head in its message", async () => {
    const created = head("201 Created", "Content-Length: 6");
    await opensOn(
      { bytes: created },
      { bytes: "abc" },
      { text: "def" },
      marker,
    );
    await opensOn({ bytes: `${created}abcdef` }, marker);
    await opensOn({ bytes: `${created}abcdef`, each: 5 }, marker);
  });

  it("may come in separate packets", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: switching.slice(0, 20) }),
      send({ bytes: switching.slice(20) }),
      send(marker),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    await opened(socket);
    socket.close();
    await server.transcript();
  });
});

describe("the end marker", () => {
  it("is waited for: a response without it runs into the timeout", async () => {
    const server = await peer([...begin(), send({ bytes: switching })]);
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: 600,
    });
    await failed(socket, "timeout");
    assert.equal((await server.transcript()).close?.code, 4408);
  });

  it("must be there: a message of the application instead of it fails", async () => {
    await failsOn("protocol", { bytes: switching }, { text: "hello" });
    await failsOn("protocol", { bytes: switching }, { bytes: "hello" }, marker);
  });

  it("must be binary", () =>
    failsOn("protocol", { bytes: switching }, { text: "" }));
  it("must not come before a response", () => failsOn("protocol", marker));
  it("must not come within a head", () =>
    failsOn("protocol", { bytes: switching.slice(0, 30) }, marker));
  it("must not come within a body", () =>
    failsOn(
      "protocol",
      { bytes: `${head("201 Created", "Content-Length: 6")}abc` },
      marker,
    ));
  it("belongs to each response: the next one of a 202 in its place fails", () =>
    failsOn(
      "protocol",
      { bytes: head("202 Accepted") },
      { bytes: switching },
      marker,
    ));
});

describe("a message out of turn", () => {
  it("between the challenge and its answer fails", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", 'WWW-Authenticate: Basic realm="r"'),
      send({ text: "now?" }),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => new Promise(() => {}),
    });
    await failed(socket, "protocol");
    assert.equal((await server.transcript()).close?.code, 4000);
  });
});

describe("a body", () => {
  it("is as long as Content-Length says", async () => {
    await opensOn({ bytes: head("101 OK", "Content-Length: 0") }, marker);
    await opensOn(
      { bytes: `${head("201 OK", "Content-Length: 0003")}abc` },
      marker,
    );
    await failsOn(
      "protocol",
      { bytes: `${head("201 OK", "Content-Length: 3")}abcd` },
      marker,
    );
    await failsOn("protocol", { bytes: `${head("201 OK")}abc` }, marker);
  });

  for (const status of [101, 204, 205]) {
    it(`does not go with ${status}`, () =>
      failsOn(
        "protocol",
        { bytes: `${head(`${status} OK`, "Content-Length: 1")}a` },
        marker,
      ));
  }

  for (const value of ["", "-1", "+1", "1.0", "0x1", "1, 1", "one", "1 1"]) {
    it(`cannot be of length "${value}"`, () =>
      failsOn(
        "protocol",
        { bytes: `${head("201 OK", `Content-Length: ${value}`)}a` },
        marker,
      ));
  }

  it("cannot have two lengths, even equal ones", () =>
    failsOn(
      "protocol",
      { bytes: `${head("201 OK", "Content-Length: 1", "content-length: 1")}a` },
      marker,
    ));
  it("cannot be chunked", () =>
    failsOn(
      "protocol",
      { bytes: `${head("201 OK", "Transfer-Encoding: chunked")}0\r\n\r\n` },
      marker,
    ));
});

describe("a malformed head", () => {
  const line = "HTTP/1.1 101 OK\r\n";
  /** @type {[string, string][]} */
  const heads = [
    ["a line feed alone", "HTTP/1.1 101 OK\nUpgrade: websocket\r\n\r\n"],
    ["a line feed alone at its end", `${line}Upgrade: websocket\r\n\n`],
    ["line feeds only", "HTTP/1.1 101 OK\n\n"],
    ["a carriage return alone", `${line}X-A: a\rb\r\n\r\n`],
    ["a carriage return too many", `${line}X-A: a\r\r\n\r\n`],
    ["a folded line", `${line}X-A: a\r\n b\r\n\r\n`],
    ["a first line that is folded", `${line} X-A: a\r\n\r\n`],
    ["a NUL in a value", `${line}X-A: a\0b\r\n\r\n`],
    ["a NUL in the reason", "HTTP/1.1 101 O\0K\r\n\r\n"],
    ["a DEL in a value", `${line}X-A: \x7f\r\n\r\n`],
    ["an escape in a name", `${line}X\x1b: a\r\n\r\n`],
    ["a space before the colon", `${line}X-A : a\r\n\r\n`],
    ["a space in a name", `${line}X A: a\r\n\r\n`],
    ["a name outside ASCII", `${line}X-\xe9: a\r\n\r\n`],
    ["no name", `${line}: a\r\n\r\n`],
    ["no colon", `${line}Upgrade\r\n\r\n`],
    ["a blank line first", `\r\n${line}\r\n`],
    ["HTTP/1.0", "HTTP/1.0 101 OK\r\n\r\n"],
    ["HTTP/2", "HTTP/2 101 OK\r\n\r\n"],
    ["http in lower case", "http/1.1 101 OK\r\n\r\n"],
    ["no version", "101 OK\r\n\r\n"],
    ["no status", "HTTP/1.1 \r\n\r\n"],
    ["a status of two digits", "HTTP/1.1 99 OK\r\n\r\n"],
    ["a status of four digits", "HTTP/1.1 1010 OK\r\n\r\n"],
    ["a status below 100", "HTTP/1.1 099 OK\r\n\r\n"],
    ["a status with a sign", "HTTP/1.1 +10 OK\r\n\r\n"],
    ["two spaces before the status", "HTTP/1.1  101 OK\r\n\r\n"],
    ["a tab before the status", "HTTP/1.1\t101 OK\r\n\r\n"],
    ["a tab behind the status", "HTTP/1.1 101\tOK\r\n\r\n"],
    ["a request in the place of a response", "GET / HTTP/1.1\r\n\r\n"],
  ];
  for (const [what, bytes] of heads) {
    it(`with ${what} fails`, () => failsOn("protocol", { bytes }, marker));
  }

  it("is noticed as soon as it is certain, without the rest of the head", () =>
    failsOn("protocol", { bytes: "HTTP/1.1 101 OK\nUpgr" }));

  it("garbage fails", async () => {
    const garbage = String.fromCharCode(
      ...Array.from({ length: 256 }, (_, i) => (i * 167 + 13) % 256),
    );
    await failsOn("protocol", { bytes: garbage }, marker);
    await failsOn("protocol", { text: "{}" }, marker);
  });

  it("quotes nothing of a header's value in its error", async () => {
    const error = await failsOn(
      "protocol",
      { bytes: `${line}X-Token: s3cr\x00et\r\n\r\n` },
      marker,
    );
    assert.notInclude(error.message, "s3cr");
  });
});

describe("a head that is unusual, and right", () => {
  /** @type {[string, string][]} */
  const heads = [
    ["no reason and no space", "HTTP/1.1 101\r\n\r\n"],
    ["no reason", "HTTP/1.1 101 \r\n\r\n"],
    ["no header", "HTTP/1.1 101 OK\r\n\r\n"],
    ["an empty value", head("101 OK", "X-A:", "X-B: \t ")],
    ["no space after the colon", head("101 OK", "X-A:a:b")],
    [
      "every character that a name may have",
      head("101 OK", "!#$%&'*+-.^_`|~09azAZ: a"),
    ],
    ["bytes above ASCII in a value", head("101 OK", "X-A: \x80\xff")],
    ["a tab within a value", head("101 OK", "X-A: a\tb")],
  ];
  for (const [what, bytes] of heads) {
    it(`with ${what} opens`, async () =>
      void (await opensOn({ bytes }, marker)));
  }
});

describe("a broken promise", () => {
  const from = (/** @type {string[]} */ ...lines) => ({
    bytes: head("101 OK", ...lines),
  });

  it("a protocol that was not asked for", async () => {
    await failsOn("protocol", from("Sec-WebSocket-Protocol: other"));
    await failsOn("protocol", from("Sec-WebSocket-Protocol: SOAP"));
    await failsOn(
      "protocol",
      from("Sec-WebSocket-Protocol: x-kaazing-handshake"),
    );
    await failsOn("protocol", from("Sec-WebSocket-Protocol: soap, soap"));
    await failsOn("protocol", from("Sec-WebSocket-Protocol:"));
  });

  it("a second Sec-WebSocket-Protocol", () =>
    failsOn(
      "protocol",
      from("Sec-WebSocket-Protocol: soap", "sec-websocket-protocol: soap"),
    ));

  it("an extension that was never offered", async () => {
    await failsOn(
      "protocol",
      from("Sec-WebSocket-Extensions: x-kaazing-ping-pong; 01010102"),
    );
    await failsOn(
      "protocol",
      from("sec-websocket-extensions: permessage-deflate"),
    );
  });

  it("holds for 201, 204 and 205 as well", async () => {
    for (const status of [201, 204, 205]) {
      await failsOn("protocol", {
        bytes: head(`${status} OK`, "Sec-WebSocket-Protocol: other"),
      });
    }
  });
});
