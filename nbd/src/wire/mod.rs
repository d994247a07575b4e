//! What goes over the wire: one structure a file, encoded or decoded, without I/O and without decisions.

pub(crate) mod chunk;
pub(crate) mod errno;
pub(crate) mod greeting;
pub(crate) mod info;
pub(crate) mod meta_context;
pub(crate) mod option;
pub(crate) mod option_reply;
pub(crate) mod reply;
pub(crate) mod request;
