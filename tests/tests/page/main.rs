//! The page, used as a person uses it: pick a disk, look, save, and have the
//! native command's bytes.

/// Makes a test in Chromium and one in Firefox of each function.
macro_rules! in_both {
    ($($fact:ident),+ $(,)?) => {
        mod chromium {
            $(#[test] fn $fact() { super::$fact(qcow2_stream_tests::browser::Kind::Chromium); })+
        }
        mod firefox {
            $(#[test] fn $fact() { super::$fact(qcow2_stream_tests::browser::Kind::Firefox); })+
        }
    };
}

mod axe;
mod deployments;
mod disks;
mod faults;
mod formats;
mod gone_back;
mod interface;
mod large;
mod layout;
mod names;
mod native;
mod offline;
mod options;
mod picker;
mod policy;
mod room;
mod routes;
mod saved;
mod screenshots;
mod stage;
mod states;
mod usability;
