//! What a promise comes to, as `fate` of `page/kit.js` tells it.

use serde::Deserialize;
use serde_json::Value;

/// A value, or what an error says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fate {
    pub(crate) value: Value,
    pub(crate) name: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) remedy: Option<String>,
    /// A string for this package's errors; a `DOMException` has a number.
    #[serde(deserialize_with = "text")]
    pub(crate) code: Option<String>,
}

impl Fate {
    pub(crate) fn is_error(&self) -> bool {
        self.name.is_some()
    }

    /// Whether it is this package's error, which says what to do.
    pub(crate) fn has_remedy(&self) -> bool {
        let is_sentence = |remedy: &str| remedy.len() > 10 && remedy.ends_with('.');
        self.name.as_deref() == Some("Qcow2Error")
            && self.remedy.as_deref().is_some_and(is_sentence)
    }
}

fn text<'de, D: serde::Deserializer<'de>>(code: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(code)?.as_str().map(String::from))
}
