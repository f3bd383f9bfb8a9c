/**
 * What a client does with each status that khp.md lists, all 67, and with some
 * that it does not list. A client that was given nothing to go on with (no
 * credentials, no body, no Location) fails on the conditional ones too.
 */
export const completing = [101, 201, 204, 205];
export const waiting = [202];
export const challenging = { 401: "unauthorized", 407: "proxy-unauthorized" };
export const choosing = [300];
export const redirecting = [301, 302, 303, 307];
export const failing = [
  100, 102, 103, 122, 200, 203, 206, 207, 226, 304, 305, 306, 308, 400, 402,
  403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418,
  422, 423, 424, 425, 426, 428, 429, 431, 444, 449, 450, 499, 500, 501, 502,
  503, 504, 505, 506, 507, 509, 510, 511, 598, 599,
];
export const unknown = [
  104, 199, 208, 299, 310, 399, 421, 451, 508, 600, 777, 999,
];
