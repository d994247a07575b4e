//! What a browser asks for on the wire, whoever in it does: a page, its workers, its service worker.

use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

use super::kind::Kind;
use super::running::Browser;

/// Where Chromium notes it, in a browser's own folder.
pub(crate) const LOG: &str = "net-log.json";

/// A request.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    /// The origin that asks.
    pub by: String,
    /// What it asks for.
    pub url: String,
}

impl Browser {
    /// From here on, requests are noted.
    pub fn note_requests(&self) {
        match self.kind() {
            // From its start.
            Kind::Chromium => {}
            Kind::Firefox => drop(self.ask_itself(NOTE)),
            Kind::WebKit => panic!("MiniBrowser tells nobody of its requests"),
        }
    }

    /// The requests of pages that have been noted so far. Chromium notes some late, when others follow.
    ///
    /// # Panics
    ///
    /// If the browser has no way to tell.
    pub fn requests(&self) -> Vec<Request> {
        let mut requests: Vec<Request> = match self.kind() {
            Kind::Firefox => {
                serde_json::from_value(self.ask_itself("return window.requestsNoted;"))
                    .expect("a list of requests")
            }
            _ => self.logged(),
        };
        // The others are the browser's own.
        requests.retain(|request| request.by.starts_with("http"));
        requests
    }

    /// Has Firefox's own code do something, which knows more than a page does.
    fn ask_itself(&self, script: &str) -> Value {
        let context = |name: &str| self.post("/moz/context", json!({ "context": name }));
        context("chrome");
        let answer = self.try_run(script, &[]);
        context("content");
        answer.unwrap_or_else(|error| panic!("Firefox: {error}"))
    }

    /// The log has an event a line, whose request names who began it.
    fn logged(&self) -> Vec<Request> {
        let log = fs::read(self.downloads().with_file_name(LOG)).expect("Chromium keeps a log");
        let log = String::from_utf8_lossy(&log);
        let events = log.lines().filter(|line| line.contains("\"initiator\":"));
        let events = events
            .filter_map(|line| serde_json::from_str::<Value>(line.trim_end_matches(',')).ok());
        let text = |event: &Value, key: &str| Some(event["params"][key].as_str()?.to_owned());
        events
            .filter_map(|event| {
                Some(Request { by: text(&event, "initiator")?, url: text(&event, "url")? })
            })
            .collect()
    }
}

const NOTE: &str = "
window.requestsNoted = [];
Services.obs.addObserver((subject) => {
  const channel = subject.QueryInterface(Ci.nsIHttpChannel);
  const by = channel.loadInfo?.triggeringPrincipal?.originNoSuffix ?? '';
  window.requestsNoted.push({ by, url: channel.URI.spec });
}, 'http-on-modify-request');";
