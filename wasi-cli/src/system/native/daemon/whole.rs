//! Makes sure that no image of a disk has been cut off, as far as that can be told.

use anyhow::{Context, Result, bail, ensure};

use super::STOPPED;
use super::checked::Checked;
use super::cut::{self, Extent, Look};
use super::files::Kept;
use super::nodes::Node;
use crate::progress::Listener;
use crate::shown::{self, shown};
use crate::system::formats;

/// A tree of nodes, with the files that the daemon has open for them.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) input: &'a Kept,
    pub(super) others: &'a [Kept],
}

impl<'a> Tree<'a> {
    /// Looks at each image of the tree, in the files that it really consists of.
    pub(super) fn check(self, listener: Listener<'_>) -> Result<()> {
        let files = [self.input].into_iter().chain(self.others);
        let total = files.fold(0, |sum: u64, kept| sum.saturating_add(kept.size()));
        let mut checked = Checked::new(listener, total);
        for image in self.nodes.iter().filter(|node| formats::is_readable(&node.driver)) {
            self.image(image, &mut checked)?;
        }
        ensure!(checked.end().is_continue(), STOPPED);
        Ok(())
    }

    fn image(self, image: &Node, checked: &mut Checked<'_>) -> Result<()> {
        let file = self.below(image, "file")?;
        let data = image.child("data-file").map(|_| self.below(image, "data-file")).transpose()?;
        match look(&image.driver, file, data, checked)? {
            Look::Missing(offset) => bail!(missing(file, offset)),
            Look::MissingBeside(offset) => bail!(missing(data.unwrap_or(file), offset)),
            _ => {}
        }
        if image.driver == "vmdk" { self.extents(image, file, checked) } else { Ok(()) }
    }

    /// Looks at the other files of a vmdk, which its description names.
    fn extents(self, image: &Node, file: &Kept, checked: &mut Checked<'_>) -> Result<()> {
        let count = (0..).take_while(|nth| image.child(&role(*nth)).is_some()).count();
        let extents = cut::extents(&file.file, file.end(), count > 0);
        let extents = extents.with_context(|| format!("cannot read {}", shown(&file.path)))?;
        let Some(extents) = extents.filter(|extents| extents.len() == count) else {
            bail!(
                "{} has been cut off: it has no properties (ddb) of the disk behind the names of its files; get it whole",
                shown(&file.path)
            );
        };
        for (nth, extent) in extents.into_iter().enumerate() {
            let file = self.below(image, &role(nth))?;
            let offset = match extent {
                Extent::Flat { offset, length } => {
                    (file.end() < offset.saturating_add(length)).then_some(file.end())
                }
                Extent::Sparse => match look("vmdk", file, None, checked)? {
                    Look::Missing(offset) => Some(offset),
                    _ => None,
                },
            };
            if let Some(offset) = offset {
                bail!(missing(file, offset));
            }
        }
        Ok(())
    }

    /// The file below a node. A raw node between the two must stand for all of it.
    fn below(self, node: &Node, role: &str) -> Result<&'a Kept> {
        let mut name = node.child(role);
        if let Some(raw) = self.node(name).filter(|below| below.driver == "raw") {
            name = raw.child("file");
            let is_all = self.node(name).is_some_and(|below| below.file == raw.file);
            ensure!(
                is_all,
                "it has {} in a part of another file ({}), and whether that is whole can't be told; \
                 make it a file of its own",
                node.driver,
                shown::text(&raw.file)
            );
        }
        let mut files = [self.input].into_iter().chain(self.others);
        let file = files.find(|file| Some(file.node.as_str()) == name);
        let name = || shown::text(&node.file);
        file.with_context(|| format!("QEMU does not say which file {} is read from", name()))
    }

    fn node(self, name: Option<&str>) -> Option<&'a Node> {
        self.nodes.iter().find(|node| Some(node.name.as_str()) == name)
    }
}

/// What QEMU calls an extent of a vmdk.
fn role(nth: usize) -> String {
    format!("extents.{nth}")
}

/// Looks at an image, whose clusters may be in a file of their own.
fn look(driver: &str, file: &Kept, data: Option<&Kept>, checked: &mut Checked<'_>) -> Result<Look> {
    let mut watch = |offset| checked.at(offset);
    let look = cut::look(driver, &file.file, file.end(), data.map(Kept::end), &mut watch);
    let look = look.with_context(|| format!("cannot read {}", shown(&file.path)))?;
    let is_ended =
        look == Look::Stopped || look == Look::Whole && checked.done(file.size()).is_break();
    ensure!(!is_ended, STOPPED);
    Ok(look)
}

fn missing(file: &Kept, offset: u64) -> String {
    let (name, end) = (shown(&file.path), file.end());
    format!("{name} has been cut off: it ends at {end}, and has data at {offset}; get it whole")
}
