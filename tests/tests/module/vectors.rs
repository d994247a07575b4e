//! Every image is byte for byte that of QEMU's `qcow2-to-stdout.py`.

use std::time::Instant;

use qcow2_stream_tests::browser::Kind;
use qcow2_stream_tests::corpus::{DataFile, Vector, corpus};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::Stage;

/// Browsers don't tell holes, so that a sparse disk takes as long as its zeros, which is about a minute for 20 GB. Such disks
/// are left out, save where they aren't read.
const LARGE: u64 = 1 << 30;

/// What the script tells of each vector.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    size: u64,
    required: u64,
    virtual_size: u64,
    blob: Digest,
    streamed: Option<Digest>,
    segments: u64,
    ascending: bool,
    parts: u64,
    parts_of_the_blob: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Digest {
    length: u64,
    sha256: String,
}

/// Takes turns between `pipeTo` and `stream`, at the first vector of each input.
const SCRIPT: &str = "
const files = pickedByName(), told = [], seen = new Set();
for (const { input, options } of args) {
  const plan = await scan(files[input], options);
  const { summary, outputSize: size, blobParts: parts } = plan;
  let segments = 0, guest = -1, ascending = true;
  for (const { kind, offset, length } of plan.segments()) {
    segments += length;
    if (kind === 'guest') {
      ascending &&= offset > guest;
      guest = offset;
    }
  }
  const blob = await digest(await withParts(() => plan.toBlob()));
  let streamed;
  if (!seen.has(input)) {
    const { sink, blob } = keeper();
    await (seen.size % 2 ? plan.stream().pipeTo(sink) : plan.pipeTo(sink));
    streamed = await digest(blob());
  }
  seen.add(input);
  plan.free();
  const { required, virtualSize } = summary;
  const partsOfTheBlob = counted;
  told.push({ size, required, virtualSize, blob, streamed, segments, ascending, parts, partsOfTheBlob });
}
return told;";

/// Sees how many parts a blob is made of.
const COUNT: &str = "
let counted = 0;
async function withParts(work) {
  const before = Blob;
  globalThis.Blob = new Proxy(before, {
    construct: (target, args) => { counted = args[0].length; return new target(...args); },
  });
  try { return await work(); } finally { globalThis.Blob = before; }
}";

/// The options of a vector, as JavaScript has them.
fn options(vector: &Vector) -> Value {
    let Vector { cluster_size, refcount_bits, data_file, .. } = vector;
    let data_file =
        data_file.as_ref().map(|DataFile { name, raw }| json!({ "name": name, "raw": raw }));
    json!({ "clusterSize": cluster_size, "refcountBits": refcount_bits, "dataFile": data_file })
}

fn is_raw(vector: &Vector) -> bool {
    vector.data_file.as_ref().is_some_and(|file| file.raw)
}

fn check(vector: &Vector, told: &Told) {
    let label = vector.label();
    let expected = Digest { length: vector.length, sha256: vector.sha256.clone() };
    assert_eq!(told.blob, expected, "{label}");
    if let Some(streamed) = &told.streamed {
        assert_eq!(*streamed, expected, "{label}: streamed");
    }
    let size = corpus().input(&vector.input).size;
    assert_eq!(told.virtual_size, size.next_multiple_of(512), "{label}");
    assert_eq!([told.size, told.required, told.segments], [vector.length; 3], "{label}");
    assert!(told.ascending, "{label}: the segments are out of order");
    assert_eq!(told.parts, told.parts_of_the_blob, "{label}");
}

/// Converts the vectors, and returns how many inputs were streamed, too.
fn convert(kind: Kind, vectors: &[&Vector]) -> usize {
    let folder = disks(vectors);
    let stage = Stage::open(kind);
    let mut files: Vec<_> =
        vectors.iter().map(|vector| folder.path().join(&vector.input)).collect();
    files.dedup();
    stage.browser().pick_all("#files", &files);
    let jobs: Vec<_> = vectors
        .iter()
        .map(|vector| json!({ "input": vector.input, "options": options(vector) }))
        .collect();
    let told: Vec<Told> = stage.tell(&format!("{COUNT}{SCRIPT}"), &json!(jobs));
    assert_eq!(told.len(), vectors.len());
    vectors.iter().zip(&told).for_each(|(vector, told)| check(vector, told));
    told.iter().filter(|told| told.streamed.is_some()).count()
}

fn disks(vectors: &[&Vector]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for vector in vectors {
        let path = folder.path().join(&vector.input);
        if !path.exists() {
            corpus().input(&vector.input).write_file(&path).expect("the disk is written");
        }
    }
    folder
}

/// All but those of which a browser would read gigabytes of zeros.
fn quick() -> Vec<&'static Vector> {
    let quick = |vector: &&Vector| corpus().input(&vector.input).size < LARGE || is_raw(vector);
    let mut vectors: Vec<_> = corpus().vectors.iter().filter(quick).collect();
    vectors.sort_by_key(|vector| &vector.input);
    vectors
}

#[test]
fn each_vector_but_seven_of_large_sparse_disks_has_its_length_and_digest() {
    for kind in Kind::ALL {
        let begun = Instant::now();
        assert_eq!(quick().len(), 213 - 7);
        assert_eq!(convert(kind, &quick()), corpus().inputs.len() - 1, "{kind:?}");
        println!("{kind:?}: {:?}", begun.elapsed());
    }
}
