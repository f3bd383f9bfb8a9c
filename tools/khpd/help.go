package main

const help = `khpd serves the Kaazing WebSocket Handshake Protocol.

  khpd serve --upstream ws://HOST:PORT[/base] [flags]
      Put the extended handshake in front of a WebSocket server. Requests that
      do not offer it are proxied as they are. Where the server cannot be
      reached within 5 seconds of the start, khpd ends.

      --listen ADDR             where to listen (127.0.0.1:8080; port 0: any free one)
      --upstream URL            the server behind, ws:// or wss://
      --dialect NAME            standard or no-marker (standard); clients that
                                ask for gateway, by .kl=Y in the URL, get that
      --allow-origin ORIGIN     accept WebSockets from this origin, too; may be
                                repeated; * is every origin
      --handshake-timeout D     how long a client may take for its extended
                                request; 4 times as long after a 401 (20s)
      --upstream-timeout D      how long the upstream may take to answer (30s)
      --max-message-size BYTES  the largest extended request (16384)

  khpd demo [--listen ADDR] [--allow-origin ORIGIN]...
      Serve a page that shows the handshake, and the paths /echo, /basic (user
      joe, password welcome), /redirect, /forbidden and /slow. The flags are as
      above.

  khpd version
  khpd help
`
