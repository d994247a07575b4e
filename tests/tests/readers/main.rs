//! Images read back by programs that share no code with QEMU, nor with this project.
//!
//! | reader | what it can't read, of what this project writes |
//! |---|---|
//! | 7-Zip (`7zz`) | a disk of no bytes; an external data file, whose feature bit it doesn't look at |
//! | libqcow (`pyqcow`) | a disk of no bytes; an external data file |
//! | imago, a Rust crate | nothing |
//! | SeaBIOS, ISOLINUX and iPXE in a virtual machine | they read what QEMU shows them |
//!
//! What a reader can't read is asserted, not left out. It can't read QEMU's own images of these kinds either.

mod boot;
mod imago;
mod libqcow;
mod limits;
mod seven_zip;
mod stage;
