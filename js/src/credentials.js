import { checkCredentials } from "./options.js";

/**
 * @typedef {import("./binding.js").Core} Core
 * @typedef {import("./binding.js").Command} Command
 */

/**
 * Asks the page for credentials.
 *
 * @param {import("./options.js").Authenticate} authenticate
 * @param {import("./options.js").Challenge} challenge
 * @returns {Promise<{ event: (core: Core) => Command[], cause?: unknown }>} what
 *   to tell the core, and the error in the way of an answer
 */
export async function askCredentials(authenticate, challenge) {
  try {
    const answer = await authenticate(challenge);
    if (answer === null) return { event: (core) => core.giveUp("") };
    const credentials =
      typeof answer === "string"
        ? answer
        : checkCredentials(
            "the answer of authenticate",
            answer,
            "{username, password}, a string or null",
          );
    return { event: (core) => core.credentials(credentials) };
  } catch (cause) {
    // Its text is the page's own and may hold a secret, so it is not repeated.
    return { event: (core) => core.giveUp("authenticate failed"), cause };
  }
}
