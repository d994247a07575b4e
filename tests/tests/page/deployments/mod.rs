//! The site is replaced by its next version, on hosts that are seldom of one piece: the page works as one version or says what to
//! do, and when the host has all of the next version, the page is that by the second visit.

mod host;
mod keeping;
mod mixtures;
mod predecessor;
mod troubles;
mod versions;
mod visit;
