import { copyOf, dispatch } from "./events.js";
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
    handleEvent: (event) => dispatch(to, copyOf(event)),
  });
}
