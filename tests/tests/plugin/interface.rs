//! What the artefacts import and export, how large they are, and that any build makes the same bytes.

use std::fs;
use std::path::Path;

use wasmi::{Engine, Module};
use wasmparser::{Parser, Payload};

use crate::artefacts::{ARTEFACTS, COMPONENT, MODULE, SIMD_MODULE, artefact, build_into};

/// Each with its parameters and results.
const IMPORTS: [&str; 5] = [
    "next_data (i32, i64, i32) -> i32",
    "progress (i32, i32, i64, i64) -> i32",
    "read_at (i32, i64, i32, i32) -> i32",
    "size (i32) -> i64",
    "write (i32, i32, i32) -> i32",
];

const EXPORTS: [&str; 14] = [
    "__data_end: global",
    "__heap_base: global",
    "abi_version () -> i32",
    "alloc (i32) -> i32",
    "error_length () -> i32",
    "error_message () -> i32",
    "free (i32) -> i32",
    "length (i32) -> i64",
    "memory: memory",
    "plan (i32, i32, i32, i32, i32, i32) -> i32",
    "read_at (i32, i64, i32, i32) -> i32",
    "release (i32) -> i32",
    "run (i32, i32, i64, i64) -> i32",
    "summary (i32, i32) -> i32",
];

fn read(name: &str) -> Vec<u8> {
    fs::read(artefact(name)).expect("it was built")
}

fn described(name: &str, ty: &wasmi::ExternType) -> String {
    let list = |types: &[wasmi::ValType]| {
        types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect::<Vec<_>>().join(", ")
    };
    match ty {
        wasmi::ExternType::Func(ty) => {
            format!("{name} ({}) -> {}", list(ty.params()), list(ty.results()))
        }
        wasmi::ExternType::Memory(_) => format!("{name}: memory"),
        wasmi::ExternType::Global(_) => format!("{name}: global"),
        wasmi::ExternType::Table(_) => format!("{name}: table"),
    }
}

#[test]
fn the_module_imports_five_functions_and_exports_what_the_header_says() {
    for name in [MODULE, SIMD_MODULE] {
        let module = Module::new(&Engine::default(), read(name)).expect("it is valid");
        assert!(module.imports().all(|import| import.module() == "qcow2_stream"));
        let imports = module.imports().map(|import| described(import.name(), import.ty()));
        let mut imports: Vec<_> = imports.collect();
        imports.sort_unstable();
        assert_eq!(imports, IMPORTS, "{name}");
        let exports = module.exports().map(|export| described(export.name(), export.ty()));
        let mut exports: Vec<_> = exports.collect();
        exports.sort_unstable();
        assert_eq!(exports, EXPORTS, "{name}");
    }
}

#[test]
fn the_component_imports_its_host_and_exports_the_converter() {
    let bytes = read(COMPONENT);
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0);
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.expect("it is valid") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                let names = section.into_iter().map(|import| import.expect("valid").name.name);
                imports.extend(names.map(str::to_owned));
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                let names = section.into_iter().map(|export| export.expect("valid").name.name);
                exports.extend(names.map(str::to_owned));
            }
            _ => {}
        }
    }
    assert_eq!(imports, ["qcow2-stream:plugin/host@1.0.0"]);
    assert_eq!(exports, ["qcow2-stream:plugin/convert@1.0.0"]);
}

#[test]
fn no_artefact_is_larger_than_it_was() {
    for (name, most) in ARTEFACTS {
        let size = read(name).len() as u64;
        println!("{size:>7} {name}");
        assert!(size <= most, "{name} has {size} bytes, over {most}");
        assert!(size > most * 9 / 10, "{name} has only {size} bytes: lower the limit of {most}");
    }
}

#[test]
fn simd_is_in_the_variant_that_is_named_for_it_and_in_no_other() {
    let mut config = wasmi::Config::default();
    let engine = Engine::new(config.wasm_simd(false));
    Module::new(&engine, read(MODULE)).expect("it takes no SIMD");
    Module::new(&engine, read(SIMD_MODULE)).expect_err("it takes SIMD");
}

#[test]
fn another_folder_and_another_target_folder_make_the_same_bytes() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let copy = elsewhere.path().join("a clone");
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &copy);
    let (target, built) = (elsewhere.path().join("target of it"), elsewhere.path().join("built"));
    build_into(&built, &copy.join("tests"), Some(&target));
    for (name, _) in ARTEFACTS {
        let again = fs::read(built.join(name)).expect("it was built");
        assert!(again == read(name), "{name} has other bytes");
    }
}

/// Copies what git would: not what was built.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        if [".git", "target", "node_modules"].iter().any(|other| name == *other) {
            continue;
        }
        let (path, copy) = (entry.path(), to.join(&name));
        if path.is_dir() {
            copy_tree(&path, &copy);
        } else {
            fs::copy(&path, &copy).expect("the file is copied");
        }
    }
}
