//! What the lock files hold.

use serde_json::Value;

use crate::crates::is_version;
use crate::tree::{named, read};

#[test]
fn every_crate_that_is_locked_is_of_the_registry_and_has_a_checksum() {
    for name in named("Cargo.lock") {
        let lock = read(&name);
        let foreign = lock.split("[[package]]").skip(1).filter(|entry| entry.contains("source = "));
        let mut locked = 0;
        for entry in foreign {
            let crates_io =
                "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"";
            assert!(entry.contains(crates_io), "{name}: {entry}");
            locked += 1;
        }
        assert!(locked > 10, "{name} has {locked} crates");
    }
}

#[test]
fn every_package_of_npm_is_locked_to_a_digest_and_to_no_host() {
    let locks = named("package-lock.json");
    assert!(locks.len() >= 5, "{locks:?}");
    for name in locks {
        let lock: Value = serde_json::from_str(&read(&name)).expect("JSON");
        let manifest = name.replace("package-lock.json", "package.json");
        let manifest: Value = serde_json::from_str(&read(&manifest)).expect("JSON");
        assert_eq!(lock["packages"][""]["dependencies"], manifest["dependencies"], "{name}");
        let wanted = manifest["dependencies"].as_object().expect("dependencies");
        let one = |version: &Value| version.as_str().is_some_and(is_version);
        assert!(wanted.values().all(one), "{name}: pin {wanted:?}");
        for (package, entry) in lock["packages"].as_object().expect("packages") {
            let digest = entry["integrity"].as_str().unwrap_or_default();
            let good = package.is_empty() || digest.starts_with("sha512-");
            assert!(good, "{name}: {package} has no digest");
            // Such an address would be of the registry that the lock file was made with.
            assert!(
                entry["resolved"].is_null(),
                "{name}: {package} names a host; make the lock \
                file with npm install --package-lock-only --omit-lockfile-registry-resolved"
            );
        }
    }
}

#[test]
fn every_package_of_python_is_pinned_to_digests() {
    for name in named("requirements.txt") {
        for entry in read(&name).replace("\\\n", " ").lines() {
            let (_, version) = entry.split_once("==").expect(&name);
            let version = version.split_whitespace().next().unwrap_or_default();
            assert!(is_version(version) && entry.contains("--hash=sha256:"), "{name}: {entry}");
        }
    }
}
