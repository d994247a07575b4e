//! WebDriver's requests.
//!
//! A client library would bring an asynchronous runtime and dozens of crates
//! for what are a dozen kinds of requests, each of them JSON over HTTP.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

/// The longest that a script may run.
const SCRIPT: Duration = Duration::from_secs(600);

/// The longest that a page may take to load.
const LOAD: Duration = Duration::from_secs(60);

/// A session with a driver.
#[derive(Debug)]
pub(crate) struct Wire {
    agent: Agent,
    base: String,
}

/// What a driver says when it can't.
#[derive(Debug)]
pub(crate) struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

impl Wire {
    /// Opens a session with the driver at a port.
    pub(crate) fn open(port: u16, capabilities: &Value) -> Result<Self, Refusal> {
        let config = Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(SCRIPT + LOAD)).build().into();
        let mut wire = Self { agent, base: format!("http://127.0.0.1:{port}/session") };
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let session = wire.post("", &wanted)?;
        let id = session["sessionId"].as_str().expect("a session has a name");
        wire.base = format!("{}/{id}", wire.base);
        let (script, load) = (SCRIPT.as_millis() as u64, LOAD.as_millis() as u64);
        wire.post("/timeouts", &json!({ "script": script, "pageLoad": load }))?;
        Ok(wire)
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Refusal> {
        answer(path, self.agent.get(self.url(path)).call())
    }

    /// Has something done.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        answer(path, self.agent.post(self.url(path)).send_json(body))
    }

    /// Has something closed.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, Refusal> {
        answer(path, self.agent.delete(self.url(path)).call())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn answer(path: &str, sent: Result<Response<ureq::Body>, ureq::Error>) -> Result<Value, Refusal> {
    let mut response = sent.map_err(|error| Refusal(format!("{path}: {error}")))?;
    let body = response.body_mut().with_config().limit(u64::MAX).read_json();
    let mut body: Value = body.map_err(|error| Refusal(format!("{path}: {error}")))?;
    let value = body["value"].take();
    match value["error"].as_str() {
        Some(error) if !response.status().is_success() => {
            let message = value["message"].as_str().unwrap_or_default();
            Err(Refusal(format!("{path}: {error}: {message}")))
        }
        _ => Ok(value),
    }
}
