//! What the kernel lets the daemon do: read the input, and what its user has allowed. Nothing else, whatever an image makes it do.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags,
    path_beneath_rules,
};

/// What is restricted. An older kernel restricts what it knows of that.
const NEWEST: ABI = ABI::V10;

/// What every kernel with Landlock restricts: files.
const OLDEST: ABI = ABI::V1;

/// Where systems keep the libraries of programs.
const LIBRARIES: [&str; 8] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/nix/store",
    "/gnu/store",
];

/// Where the loader learns which library is where, and where libraries that know no system call for it get random numbers.
const PLAIN: [&str; 2] = ["/etc/ld.so.cache", "/dev/urandom"];

/// QEMU asks it whether there are locks by open file (OFD), and takes none if there is no answer. It would then read
/// an image that a running machine writes to.
const LOCKS: [&str; 1] = ["/dev/null"];

/// Reading, of files and of devices, which are asked for their size.
const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | IoctlDev});

/// What a program needs of itself and its libraries.
const RUN: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | Execute});

/// Whether this kernel can do it.
pub(super) fn is_available() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let ruleset = ruleset.handle_access(AccessFs::from_all(OLDEST));
    ruleset.and_then(Ruleset::create).is_ok()
}

/// Confines this process, and whatever it becomes, to running a program that reads the input and what is allowed.
pub(super) fn confine(program: &Path, input: &File, allowed: &[OsString]) -> Result<()> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(libraries(program), RUN))?
        .add_rules(path_beneath_rules(PLAIN, AccessFs::ReadFile))?
        .add_rules(path_beneath_rules(LOCKS, make_bitflags!(AccessFs::{ReadFile | WriteFile})))?
        .add_rule(PathBeneath::new(PathFd::new(program)?, RUN))?
        .add_rule(PathBeneath::new(input, READ))?;
    let status = allowed.iter().try_fold(ruleset, allow)?.restrict_self()?;
    let is_enforced = status.ruleset != RulesetStatus::NotEnforced;
    ensure!(is_enforced, "the kernel does not confine it");
    Ok(())
}

fn allow(ruleset: RulesetCreated, path: &OsString) -> Result<RulesetCreated> {
    let file = PathFd::new(path).with_context(|| format!("cannot allow {path:?}"))?;
    Ok(ruleset.add_rule(PathBeneath::new(file, READ))?)
}

/// The folders of the system's libraries, and of those that were installed with the program elsewhere.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let program = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let prefix = program.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let beside = ["lib", "lib64"].map(|name| prefix.join(name));
    LIBRARIES.iter().map(PathBuf::from).chain(beside).collect()
}
