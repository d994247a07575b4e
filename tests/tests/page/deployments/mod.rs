//! A host replaces the site by its next version, and meanwhile often serves a mixture. The page works as one version, or says
//! what to do. Once the host has all of the next version, Firefox shows it by the second visit. Chromium may hold it back
//! longer; each visit until then must work.

mod host;
mod keeping;
mod mixtures;
mod predecessor;
mod troubles;
mod versions;
mod visit;
