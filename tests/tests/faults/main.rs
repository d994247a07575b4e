//! Every single call that a conversion makes fails in turn, in every way that it can.
//!
//! A conversion ends with the right image and status 0, or with the status of the side to blame and nothing left behind.

mod call;
mod fault;
mod judge;
mod node;
mod plan;
mod tally;
mod tracer;
mod watched;
mod way;
