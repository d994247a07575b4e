//! What the project is built of: every version is pinned, nothing is fetched from anywhere but the registries, `unsafe` is
//! where it is known to be, and what SECURITY.md promises has its tests.

mod crates;
mod downloads;
mod locks;
mod promises;
mod tree;
mod unsafe_code;
