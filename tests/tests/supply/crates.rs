//! What the manifests ask for.

use std::process::Command;

use serde::Deserialize;

use crate::tree::{named, path, read};

/// What cargo says of a manifest.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

/// A crate of a package.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: String,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// Every package there is, whether or not it is in the workspace.
pub(crate) fn packages() -> Vec<Package> {
    let roots = named("Cargo.lock").into_iter().flat_map(|lock| {
        let manifest = path(&lock).with_file_name("Cargo.toml");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut cargo = Command::new(cargo);
        cargo.args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]);
        let output = cargo.arg(manifest).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said: Metadata = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
        said.packages
    });
    let packages: Vec<_> = roots.collect();
    let count = named("Cargo.toml").iter().filter(|name| read(name).contains("[package]")).count();
    assert_eq!(packages.len(), count, "a package has no lock file");
    packages
}

#[test]
fn every_crate_is_asked_for_in_one_version_of_the_registry() {
    let mut asked = 0;
    for package in packages() {
        for Dependency { name, req, path, source } in package.dependencies {
            let source = source.as_deref();
            if path.is_some() && source.is_none() {
                continue;
            }
            let crates_io = source == Some("registry+https://github.com/rust-lang/crates.io-index");
            assert!(crates_io, "{} has {name} from {source:?}", package.name);
            let one = req.strip_prefix('=').is_some_and(is_version);
            assert!(one, "{} asks for {name} {req}: pin it, as =1.2.3", package.name);
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
}

/// Whether it is a whole version, with three numbers.
pub(crate) fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default().split('.');
    numbers.clone().count() == 3 && numbers.clone().all(|number| number.parse::<u32>().is_ok())
}

#[test]
fn no_package_of_ours_runs_code_when_it_is_built() {
    let runs = |target: &Target| {
        target.kind.iter().any(|kind| kind == "custom-build" || kind == "proc-macro")
    };
    let found = packages().into_iter().filter(|package| package.targets.iter().any(runs));
    assert_eq!(found.map(|package| package.name).collect::<Vec<_>>(), [""; 0]);
}
