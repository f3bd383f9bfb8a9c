/**
 * Opens a socket, sends a message, and reports what comes of it: for pages and
 * workers that are not the test's own.
 *
 * @param {any} Class
 * @param {string} url
 * @param {object} [options]
 * @returns {Promise<object>}
 */
globalThis.handshake = (Class, url, options) =>
  new Promise((resolve) => {
    const socket = new Class(url, [], options);
    const events = [];
    let failure = null;
    for (const type of ["open", "message", "error", "close"]) {
      socket.addEventListener(type, (event) => {
        events.push(type);
        if (event.error)
          failure = { code: event.error.code, message: event.error.message };
        if (type === "open") socket.send("hello");
        if (type === "message") socket.close(1000);
        if (type === "close")
          resolve({
            events,
            failure,
            status: socket.handshake?.status ?? null,
            code: event.code,
          });
      });
    }
  });
