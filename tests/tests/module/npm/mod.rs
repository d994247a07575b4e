//! The package as others get it: from a tarball, into a page of theirs.

mod project;
mod tools;

mod bundled;
mod development;
mod types;
mod unbundled;
