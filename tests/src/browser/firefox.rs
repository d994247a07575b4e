//! Firefox's list of downloads.

use serde_json::json;

use super::running::Browser;
use super::told::Told;

/// Asks the browser's own code, which a page can't.
pub(crate) fn downloads(browser: &Browser) -> Vec<Told> {
    let context = |name: &str| browser.post("/moz/context", json!({ "context": name }));
    context("chrome");
    let told = browser.try_run(LIST, &[]);
    context("content");
    let told = told.unwrap_or_else(|error| panic!("Firefox: {error}"));
    serde_json::from_value(told).expect("a list of downloads")
}

const LIST: &str = "
const { Downloads } = ChromeUtils.importESModule('resource://gre/modules/Downloads.sys.mjs');
const all = await (await Downloads.getList(Downloads.ALL)).getAll();
const state = (download) => {
  if (download.succeeded) return 'Complete';
  if (download.canceled) return { Failed: 'cancelled' };
  return download.error ? { Failed: String(download.error) } : 'InProgress';
};
return all.map((download) => ({
  name: PathUtils.filename(download.target.path),
  state: state(download),
  bytes: download.currentBytes,
}));";
