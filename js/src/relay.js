import { dispatch } from "./events.js";
import { listen } from "./native.js";

/**
 * From now on what happens to one socket happens to another: for a connection
 * that had to start again elsewhere, since an object cannot change which native
 * socket it is.
 *
 * @param {WebSocket} from
 * @param {WebSocket} to
 */
export function relay(from, to) {
  listen(from, {
    handleEvent(event) {
      const Type = /** @type {typeof Event} */ (event.constructor);
      // An event has all that the dictionary for making its like has.
      dispatch(to, new Type(event.type, event));
    },
  });
}
