// Lets the page see what its sockets send and receive, also during a handshake whose events KaazingWebSocket keeps to
// itself. It is loaded before the library, which extends the WebSocket that it finds. It reports by "wire" events on
// window, and changes nothing: what throws still throws, what is delivered is delivered untouched.
"use strict";

(() => {
  const Native = globalThis.WebSocket;
  if (!Native) return;

  let sockets = 0;

  /**
   * @param {IArguments} list
   * @returns {[any]}
   */
  const all = (list) => /** @type {[any]} */ ([...list]);

  globalThis.WebSocket = class WebSocket extends Native {
    #number = ++sockets;

    /**
     * @param {string | URL} _url
     * @param {string | string[]} [protocols]
     */
    constructor(_url, protocols = []) {
      // Not by name: a call without arguments must reach the native class as one.
      super(...all(arguments));
      this.#report("connect", {
        url: super.url,
        offered: [protocols].flat().map(String),
      });
      this.#watch("open", () => ({
        protocol: super.protocol,
        extensions: super.extensions,
      }));
      this.#watch("message", ({ data }) => ({ data }));
      this.#watch("error", () => ({}));
      this.#watch("close", ({ code, reason, wasClean }) => ({
        code,
        reason,
        wasClean,
      }));
    }

    /**
     * @override
     * @param {string | ArrayBufferLike | Blob | ArrayBufferView} data
     */
    send(data) {
      super.send(...all(arguments));
      this.#report("send", { data });
    }

    /**
     * @override
     * @param {[code?: number, reason?: string]} args
     */
    close(...args) {
      const first = super.readyState < Native.CLOSING;
      super.close(...args);
      if (first)
        this.#report("closing", { code: args[0], reason: args[1] ?? "" });
    }

    /**
     * @param {string} type
     * @param {(event: any) => object} read
     */
    #watch(type, read) {
      this.addEventListener(
        type,
        (event) => {
          // What a script dispatches on the socket is not the wire's.
          if (event.isTrusted) this.#report(type, read(event));
        },
        true,
      );
    }

    /**
     * @param {string} kind
     * @param {object} more
     */
    #report(kind, more) {
      const detail = {
        kind,
        socket: this.#number,
        at: performance.now(),
        ...more,
      };
      dispatchEvent(new CustomEvent("wire", { detail }));
    }
  };
})();
