//! The corpus, the independent reader, and what the suites share.
