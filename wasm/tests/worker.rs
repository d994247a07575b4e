//! The crate in a dedicated worker of a real browser.
#![forbid(unsafe_code)]
#![cfg(target_arch = "wasm32")]

use js_sys::{Object, Reflect, Uint32Array};
use qcow2_stream::{ClusterSize, DataFile, Options};
use qcow2_stream_wasm::{PartScanner, Plan, Planner};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const MIB: usize = 1 << 20;

/// A disk with data in some places, and its end within a cluster.
fn disk() -> Vec<u8> {
    let mut disk = vec![0; 9 * MIB + 100];
    let end = disk.len() - 1;
    for (nth, at) in [0, 65_536, 300_000, 5 * MIB, end].into_iter().enumerate() {
        disk[at] = nth as u8 + 1;
    }
    disk
}

/// The image that the core makes of it.
fn image_of(mut disk: &[u8], options: &Options) -> Vec<u8> {
    let (mut image, mut buffer) = (Vec::new(), vec![0; MIB]);
    let go_on = |_| std::ops::ControlFlow::Continue(());
    qcow2_stream::convert(&mut disk, &mut image, options, &mut buffer, go_on).unwrap();
    image
}

fn runs_of(part: &[u8], cluster_size: u32, cut: usize) -> Vec<u32> {
    let mut scanner = PartScanner::new(part.len() as f64, cluster_size).unwrap();
    part.chunks(cut).for_each(|bytes| scanner.data(bytes).unwrap());
    scanner.finish().unwrap()
}

/// The plan of a disk that is scanned in parts of 2 MiB.
fn plan_of(disk: &[u8], options: &Options) -> Plan {
    let (cluster_size, bits) =
        (options.cluster_size.bytes() as u32, options.refcount_bits.bits() as f64);
    let name = options.data_file.as_ref().map(|file| file.name.clone());
    let mut planner =
        Planner::new(disk.len() as f64, Some(cluster_size.into()), Some(bits), name, false)
            .unwrap();
    for (nth, part) in disk.chunks(2 * MIB).enumerate() {
        let runs = runs_of(part, cluster_size, 10_000);
        planner.add_part((nth * 2 * MIB) as f64, &runs).unwrap();
    }
    planner.plan().unwrap()
}

fn text(value: &JsValue, name: &str) -> String {
    Reflect::get(value, &name.into()).unwrap().as_string().unwrap_or_default()
}

fn number(value: &JsValue, name: &str) -> usize {
    Reflect::get(value, &name.into()).unwrap().as_f64().unwrap() as usize
}

/// What JavaScript makes of the pieces.
fn image_by_pieces(plan: &Plan, disk: &[u8]) -> Vec<u8> {
    let mut image = Vec::new();
    while let Some(piece) = plan.piece_at(image.len() as f64) {
        let length = number(&piece, "length");
        let before = image.len();
        match text(&piece, "kind").as_str() {
            "metadata" => image
                .extend(plan.metadata(number(&piece, "offset") as f64, length.try_into().unwrap())),
            "zeros" => image.resize(before + length, 0),
            _ => {
                let offset = number(&piece, "offset");
                let read = &disk[offset..offset + number(&piece, "span")];
                let runs = Reflect::get(&piece, &"runs".into()).unwrap();
                for run in runs.unchecked_into::<Uint32Array>().to_vec().chunks(2) {
                    image.extend(&read[run[0] as usize..run[1] as usize]);
                }
            }
        }
        assert_eq!(image.len() - before, length);
    }
    image
}

#[wasm_bindgen_test]
fn a_part_is_scanned_into_runs_however_it_is_cut() {
    for cut in [1 << 12, 100_003, 4 * MIB] {
        assert_eq!(runs_of(&disk(), 65_536, cut), [0, 2, 4, 5, 80, 81, 144, 145]);
    }
    assert_eq!(runs_of(&disk(), 2 << 20, MIB), [0, 1, 2, 3, 4, 5]);
    assert!(runs_of(&[], 512, 1).is_empty());
    assert!(runs_of(&[0; 513], 512, 512).is_empty());
}

#[wasm_bindgen_test]
fn a_part_that_is_too_short_or_too_long_is_a_defect() {
    let mut scanner = PartScanner::new(600.0, 512).unwrap();
    assert_eq!(text(&scanner.data(&[0; 601]).unwrap_err(), "code"), "defect");
    let mut scanner = PartScanner::new(600.0, 512).unwrap();
    scanner.data(&[0; 599]).unwrap();
    assert_eq!(text(&scanner.finish().unwrap_err(), "code"), "defect");
    assert!(PartScanner::new(0.5, 512).is_err());
    let error = PartScanner::new(1.0, 1000).err().unwrap();
    assert_eq!(text(&error, "code"), "bad-option");
}

#[wasm_bindgen_test]
fn the_image_is_that_of_the_core() {
    let data_file = Some(DataFile { name: "disk.raw".into(), raw: false });
    for bits in [9, 12, 16, 21] {
        for data_file in [None, data_file.clone()] {
            let cluster_size = ClusterSize::new(1 << bits).unwrap();
            let options = Options { cluster_size, data_file, ..Options::default() };
            let (plan, image) = (plan_of(&disk(), &options), image_of(&disk(), &options));
            assert_eq!(plan.output_size(), image.len() as f64);
            assert!(image_by_pieces(&plan, &disk()) == image, "{options:?}");
        }
    }
}

#[wasm_bindgen_test]
fn segments_cover_the_image() {
    let plan = plan_of(&disk(), &Options::default());
    let (mut at, mut kinds) = (0, String::new());
    while let Some(segment) = plan.segment_at(at as f64) {
        kinds += &text(&segment, "kind")[..1];
        at += number(&segment, "length");
    }
    assert_eq!((at as f64, kinds.as_str()), (plan.output_size(), "mggggz"));
    assert!(plan.segment_at(-1.0).is_none() && plan.segment_at(0.5).is_none());
    assert_eq!((plan.runs(), plan.blob_parts(), plan.slice_limit()), (4.0, 6.0, 16.0 * MIB as f64));
}

#[wasm_bindgen_test]
fn the_summary_has_the_figures_of_the_core() {
    let summary: Object = plan_of(&disk(), &Options::default()).summary();
    let names = [
        "required",
        "virtualSize",
        "clusterSize",
        "refcountBits",
        "allocatedClusters",
        "metadataBytes",
    ];
    let numbers = names.map(|name| number(&summary, name));
    assert_eq!(numbers, [10 * 65_536, 9 * MIB + 512, 65_536, 16, 5, 5 * 65_536]);
}

#[wasm_bindgen_test]
fn a_disk_as_large_as_javascript_counts_is_exact() {
    let size = (1_u64 << 53) as f64;
    let name = Some("disk.raw".into());
    let planner = Planner::new(size, Some(2_097_152.0), None, name, true).unwrap();
    let plan = planner.plan().unwrap();
    assert_eq!(plan.occupancy(2), [size / 2.0, size / 2.0]);
    // Of an image without a data file the metadata would come on top.
    let mut planner = Planner::new(size, Some(2_097_152.0), None, None, false).unwrap();
    planner.add_part(0.0, &[0, u32::MAX]).unwrap();
    assert_eq!(text(&planner.plan().err().unwrap(), "code"), "refused");
}

#[wasm_bindgen_test]
fn refusals_have_a_code_and_a_remedy() {
    let long_name = || Some("n".repeat(400));
    let cases = [
        (1.0, Some(1000.0), None, None, "bad-option"),
        (1.0, None, Some(3.0), None, "bad-option"),
        (1.0, None, None, Some(String::new()), "refused"),
        (1.0, Some(512.0), None, long_name(), "refused"),
        (9e15, Some(512.0), None, None, "refused"),
        (-1.0, None, None, None, "defect"),
    ];
    for (size, cluster_size, bits, name, code) in cases {
        let error = Planner::new(size, cluster_size, bits, name, false).err().unwrap();
        assert_eq!(text(&error, "name"), "Qcow2Error");
        assert_eq!(text(&error, "code"), code, "{}", text(&error, "message"));
        assert!(text(&error, "remedy").ends_with('.'));
    }
}

#[wasm_bindgen_test]
fn a_refusal_keeps_its_remedy_apart() {
    let error = Planner::new(1.0, Some(512.0), None, Some("n".repeat(400)), false).err().unwrap();
    let message =
        "the data file name has 400 bytes; the header has room for 384 with clusters of 512 bytes";
    assert_eq!(text(&error, "message"), message);
    assert_eq!(text(&error, "remedy"), "A cluster size of 1024 would do.");
}
