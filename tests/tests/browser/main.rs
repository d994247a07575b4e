//! The page in real browsers, and the kit that drives them.

mod keeper;
mod kit;
mod site;
mod stage;
