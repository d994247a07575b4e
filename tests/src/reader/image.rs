//! An open image, and the checks in their order.

use std::io::{Read, Seek};
use std::rc::Rc;

use super::bytes::{length_of, read_at, read_vec};
use super::error::{Error, ensure};
use super::extensions::Extensions;
use super::header::{Header, LONGEST};
use super::layout::Layout;
use super::refcounts::{check_counts, load_blocks};
use super::summary::Summary;
use super::tables::Tables;

/// An image whose header and extensions are known to be good.
#[derive(Debug)]
pub struct Image<F> {
    pub(crate) file: F,
    pub(crate) data_file: Option<F>,
    pub(crate) file_length: u64,
    header: Header,
    extensions: Extensions,
    tables: Option<Rc<Tables>>,
}

impl<F: Read + Seek> Image<F> {
    /// Reads and checks the file's length, the header, and its extensions.
    pub fn open(mut file: F) -> Result<Self, Error> {
        let file_length = length_of(&mut file, "the image")?;
        let mut start = [0; LONGEST];
        read_at(&mut file, 0, &mut start, "the header")?;
        let header = Header::parse(&start)?;
        check_places(&header, file_length)?;
        let cluster = read_vec(&mut file, 0, header.cluster_size(), "the first cluster")?;
        let extensions = Extensions::parse(&header, &cluster)?;
        Ok(Self { file, data_file: None, file_length, header, extensions, tables: None })
    }

    /// Opens the image and gives it the file with its data.
    pub fn open_with_data(file: F, data_file: F) -> Result<Self, Error> {
        let mut image = Self::open(file)?;
        ensure!(image.header.data_file, "a data file for an image that has its data inside");
        image.data_file = Some(data_file);
        Ok(image)
    }

    /// The header's fixed part.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Checks everything but the order of the parts.
    pub fn check(&mut self) -> Result<Summary, Error> {
        let tables = self.tables()?;
        let blocks = load_blocks(&mut self.file, &self.header, self.file_length)?;
        let clusters = self.header.clusters(self.file_length);
        let layout = Layout::new(&self.header, &blocks, &tables);
        layout.check_each_used_once(clusters)?;
        check_counts(&mut self.file, &self.header, &blocks, clusters)?;
        Ok(Summary::new(&self.header, &self.extensions, &tables, blocks.len() as u64))
    }

    /// Checks that the parts follow each other in the order a stream has them:
    /// the header, the refcount table, the refcount blocks, the L1 table, the
    /// L2 tables, and the data, each part ascending and without gaps.
    ///
    /// The specification asks for no order, so that [`Image::check`] doesn't.
    pub fn check_streaming_order(&mut self) -> Result<(), Error> {
        let tables = self.tables()?;
        let blocks = load_blocks(&mut self.file, &self.header, self.file_length)?;
        let clusters = self.header.clusters(self.file_length);
        Layout::new(&self.header, &blocks, &tables).check_order(clusters)
    }

    /// The mapping, read and checked at the first use.
    pub(crate) fn tables(&mut self) -> Result<Rc<Tables>, Error> {
        if let Some(tables) = &self.tables {
            return Ok(Rc::clone(tables));
        }
        let tables = Tables::load(&mut self.file, &self.header, self.file_length)?;
        let tables = Rc::new(tables);
        self.tables = Some(Rc::clone(&tables));
        Ok(tables)
    }
}

/// The file has whole clusters, and the two tables are within it.
fn check_places(header: &Header, file_length: u64) -> Result<(), Error> {
    let size = header.cluster_size();
    let whole = file_length.is_multiple_of(size);
    ensure!(whole, "file: length {file_length} is no multiple of the cluster size {size}");
    let refcounts = header.refcount_table_clusters * size;
    let l1 = header.clusters(header.l1_entries * 8) * size;
    for (offset, length, what) in [
        (header.refcount_table_offset, refcounts, "the refcount table"),
        (header.l1_offset, l1, "the L1 table"),
    ] {
        let inside = offset.checked_add(length).is_some_and(|end| end <= file_length);
        ensure!(
            inside,
            "header: {what} at {offset} with {length} bytes leaves the file of {file_length} bytes"
        );
    }
    Ok(())
}
