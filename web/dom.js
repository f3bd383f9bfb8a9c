/**
 * The element with this id, which index.html has.
 * @template {typeof HTMLElement} T
 * @param {string} id
 * @param {T} type
 * @returns {InstanceType<T>}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type))
    throw new Error(`the page has no ${type.name} with the id ${id}`);
  return /** @type {InstanceType<T>} */ (found);
}

/**
 * A new element with a class and children; a string becomes text, never markup.
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 */
export function create(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
