/** The table (桌面): what lies between the phones and the till, so that neither knows the other. */

const watchers = new Set();

/** `phones` are the live phones of the page, `codes` what a camera can see: {content, qr_url, …}. */
export const table = { accounts: [], phones: [], codes: [] };

/** `watcher` runs now and whenever something is put on the table. */
export function watchTable(watcher) {
  watchers.add(watcher);
  watcher(table);
}

export function lay(things) {
  Object.assign(table, things);
  for (const watcher of watchers) watcher(table);
}
