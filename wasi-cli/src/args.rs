//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use qcow2_stream::{ClusterSize, DataFile, Options, RefcountBits};

use crate::byte_size;
use crate::failure::Failure;
use crate::system::{formats, nbd};

/// What `--help` says about the exit status.
const EXIT_STATUS: &str = "\
Exit status:
  0  the image (or the measurement) is complete
  1  something else failed: no memory, process, thread or descriptor to be had, or a defect of this program
  2  the command line asks for what cannot be done
  3  no image with these options can hold this disk
  4  the input could not be read, or changed while it was read
  5  the output could not be written
With any but 0, throw away what was written.";

/// Convert a disk to a qcow2 image on standard output.
///
/// The disk is read twice: once to learn which clusters hold data, once to write them. It must not change
/// meanwhile; if it does, that is an error.
#[derive(Debug, Parser)]
#[command(name = "qcow2-to-stdout", version, after_help = EXIT_STATUS, max_term_width = 100)]
pub(crate) struct Args {
    /// The disk to convert: a file, a block device, or an export of an NBD server, as in nbd://HOST/EXPORT
    /// and nbd+unix:///EXPORT?socket=PATH.
    pub(crate) input: PathBuf,

    /// Format of the input, as QEMU calls it; qemu-storage-daemon reads all but raw, the default. Never guessed.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,

    /// Another file that the image may consist of (a backing file, say), or a folder of such files. May be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) allow: Vec<PathBuf>,

    /// Size of a cluster: a power of two from 512 to 2M.
    #[arg(short, long, value_name = "SIZE", default_value = "64K", value_parser = cluster_size)]
    cluster_size: ClusterSize,

    /// Size of the disk, if the input has no size to tell or is to be extended with zeros.
    #[arg(long, value_name = "BYTES", value_parser = byte_size::parse)]
    pub(crate) size: Option<u64>,

    /// Width of a reference count: 1, 2, 4, 8, 16, 32 or 64.
    #[arg(short, long, value_name = "BITS", default_value = "16", value_parser = refcount_bits)]
    refcount_bits: RefcountBits,

    /// Write only the metadata, of an image that uses the input as its external data file.
    #[arg(short, long)]
    data_file: bool,

    /// Set data_file_raw, so that every cluster is mapped and the input is not read. Implies -d.
    #[arg(short = 'R', long)]
    data_file_raw: bool,

    /// The name that the image records for its data file, instead of INPUT. Needs -d or -R.
    #[arg(long, value_name = "NAME")]
    data_file_name: Option<String>,

    /// Write to FILE instead of standard output: complete, or not at all.
    #[arg(short, long, value_name = "FILE", conflicts_with = "measure")]
    pub(crate) output: Option<PathBuf>,

    /// Print the exact length that the image will have, in bytes, and stop. As JSON: with more figures.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "bytes")]
    pub(crate) measure: Option<Measure>,

    /// Report progress on standard error: a bar if that is a terminal, or one JSON object a line. Its phases: check (of an image's tables, with -f), scan, emit.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_value = "auto", default_missing_value = "auto")]
    pub(crate) progress: Report,

    /// With --version: tell that of qemu-storage-daemon, too.
    #[arg(long, requires = "version")]
    verbose: bool,

    /// Report no progress, and no notes.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How a measurement is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// The length alone.
    Bytes,
    /// An object.
    Json,
}

/// How progress is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// A bar on a terminal, nothing elsewhere.
    Auto,
    /// One object a line.
    Json,
}

impl Args {
    /// The options of the image.
    pub(crate) fn options(&self) -> Result<Options, Failure> {
        self.check_format()?;
        Ok(Options {
            cluster_size: self.cluster_size,
            refcount_bits: self.refcount_bits,
            data_file: self.data_file()?,
        })
    }

    /// The format of the input, unless it is raw.
    pub(crate) fn image_format(&self) -> Option<&str> {
        self.format.as_deref().filter(|format| *format != "raw")
    }

    fn check_format(&self) -> Result<(), Failure> {
        let Some(format) = self.image_format() else {
            if self.allow.is_empty() {
                return Ok(());
            }
            return Err(Failure::usage(
                "--allow is for images that name other files, and a raw disk names none; say the format with -f FORMAT",
            ));
        };
        formats::check(format).map_err(Failure::usage)?;
        if nbd::is_uri(&self.input) {
            return Err(Failure::usage(format_args!(
                "an NBD export is read as a raw disk, whatever it holds; let its server decode {format}, as qemu-nbd -f {format} does"
            )));
        }
        if self.data_file || self.data_file_raw {
            return Err(Failure::usage(format_args!(
                "an external data file holds the raw disk, which a {format} image does not; leave out -d and -R"
            )));
        }
        Ok(())
    }

    fn data_file(&self) -> Result<Option<DataFile>, Failure> {
        let (raw, name) = (self.data_file_raw, self.data_file_name.as_ref());
        if !self.data_file && !raw {
            return match name {
                Some(_) => Err(Failure::usage(
                    "--data-file-name needs -d (--data-file) or -R (--data-file-raw)",
                )),
                None => Ok(None),
            };
        }
        if name.is_none() && nbd::is_uri(&self.input) {
            return Err(Failure::usage(
                "the input is an NBD export, which no image can use as its data file; name a file that has the same bytes with --data-file-name",
            ));
        }
        let name = name.map(String::as_str).or_else(|| self.input.to_str());
        let name = name.ok_or_else(|| {
            Failure::usage("the input's name is not UTF-8, so the image cannot record it; name it with --data-file-name")
        })?;
        Ok(Some(DataFile { name: name.to_owned(), raw }))
    }
}

fn cluster_size(text: &str) -> Result<ClusterSize, String> {
    ClusterSize::new(byte_size::parse(text)?).map_err(|error| error.to_string())
}

fn refcount_bits(text: &str) -> Result<RefcountBits, String> {
    let bits = text.parse().map_err(|_| "must be 1, 2, 4, 8, 16, 32 or 64 bits".to_owned())?;
    RefcountBits::new(bits).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }
}
