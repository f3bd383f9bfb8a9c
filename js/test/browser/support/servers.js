/**
 * Where the servers of the suite are.
 *
 * @typedef {object} Servers
 * @property {string} control the fault server's control port
 * @property {object} fault the fault server's origins; each has all its paths
 * @property {string} fault.plain
 * @property {string} fault.otherPort
 * @property {string} fault.otherHost
 * @property {string} fault.secure
 * @property {string | null} fault.mapped one that is not loopback to the browser, if it has such
 * @property {string} gateway `khpd serve`, in front of upstream
 * @property {string} upstream a WebSocket server without KHP
 */

/** @type {Servers} */
export const servers = await (await fetch("/servers.json")).json();
