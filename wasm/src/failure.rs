//! What is refused, as a JavaScript `Error` with a code and a remedy.

use js_sys::Error;
use qcow2_stream::{GeometryError, MapError, PlanError};
use wasm_bindgen::JsValue;

use crate::object::set;

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An option has a value that it cannot have.
    Option { name: &'static str, error: GeometryError },
    /// A size, an offset or a part that this package's JavaScript would never hand in.
    Argument,
    /// No image with these options can hold this disk.
    Refused(PlanError),
    /// The image would be longer than JavaScript can count.
    TooLong { bytes: u64 },
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Self::Option { .. } => "bad-option",
            Self::Refused(PlanError::Map(MapError::OutOfMemory)) => "out-of-memory",
            Self::Refused(PlanError::Map(_)) | Self::Argument => "defect",
            Self::Refused(_) | Self::TooLong { .. } => "refused",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Option { name, error } => format!("{name}: {error}"),
            Self::Argument => "an argument is out of range".into(),
            Self::Refused(error) => without_remedy(error),
            Self::TooLong { bytes } => {
                format!("the image would have {bytes} bytes; JavaScript counts to 2^53")
            }
        }
    }

    fn remedy(&self) -> String {
        let remedy = match self {
            Self::Option { .. } => "Choose one of the values that it can have.",
            Self::Refused(PlanError::Map(MapError::OutOfMemory)) => {
                "Close other tabs, or choose a larger cluster size."
            }
            Self::Refused(PlanError::Map(_)) | Self::Argument => "Please report this.",
            Self::Refused(PlanError::DataFileName(_)) => {
                "Give it the name by which QEMU is to open the file."
            }
            Self::Refused(error) => return found(error),
            Self::TooLong { .. } => "Use the command-line tool for this disk.",
        };
        remedy.into()
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::Refused(error)
    }
}

impl From<MapError> for Failure {
    fn from(error: MapError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let error = Error::new(&failure.message());
        // Not assigned, which throws where a page has frozen the prototype.
        set(&error, "name", &"Qcow2Error".into());
        set(&error, "code", &failure.code().into());
        set(&error, "remedy", &failure.remedy().into());
        error.into()
    }
}

/// The message of a refusal, which in the core ends with the way out.
fn without_remedy(error: &PlanError) -> String {
    let mut message = error.to_string();
    let remedy = error.remedy().map(|remedy| remedy.to_string()).unwrap_or_default();
    for end in [remedy.as_str(), ", and ", "; "] {
        if message.ends_with(end) {
            message.truncate(message.len() - end.len());
        }
    }
    message
}

/// Which cluster size would do, as a sentence.
fn found(error: &PlanError) -> String {
    match error.remedy().map(|remedy| remedy.0) {
        Some(Some(size)) => format!("A cluster size of {size} would do."),
        Some(None) => "No cluster size would do.".into(),
        None => "No qcow2 image can hold a disk of this size.".into(),
    }
}
