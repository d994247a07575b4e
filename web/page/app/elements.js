/**
 * An element that the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element “${id}”.`);
  return found;
}

/** @param {string} id @param {string} text */
export function write(id, text) {
  element(id).textContent = text;
}

/** @param {string} id @param {boolean} hidden */
export function hide(id, hidden) {
  element(id).hidden = hidden;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
