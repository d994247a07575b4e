//! Scripts in the page.

use serde_json::{Value, json};

use super::running::Browser;

impl Browser {
    /// Runs the body of an asynchronous function in the page, with
    /// `arguments`, and returns what it returns.
    ///
    /// # Panics
    ///
    /// With what the script throws, or if it runs for ten minutes.
    #[track_caller]
    pub fn run(&self, script: &str, args: &[Value]) -> Value {
        self.try_run(script, args).unwrap_or_else(|error| panic!("{:?}: {error}", self.kind()))
    }

    /// As [`Browser::run`], or what the script throws, with its stack.
    pub fn try_run(&self, script: &str, args: &[Value]) -> Result<Value, String> {
        let body = json!({ "script": format!("{BEFORE}{script}{AFTER}"), "args": args });
        let answer = self.wire.post("/execute/async", &body);
        let mut answer = answer.map_err(|error| error.to_string())?;
        match answer["thrown"].take() {
            Value::Null => Ok(answer["value"].take()),
            thrown => Err(thrown.as_str().unwrap_or_default().into()),
        }
    }
}

/// Drivers hand over a function to call at the end, and lose what is thrown.
const BEFORE: &str = "
const args = [...arguments], done = args.pop();
(async function () {
";
const AFTER: &str = "
}).apply(null, args).then(
  (value) => done({ value: value === undefined ? null : value }),
  (error) => done({ thrown: `${error}\\n${error?.stack ?? ''}` }),
);";
