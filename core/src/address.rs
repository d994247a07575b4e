//! Newtypes for what is easily confused: guest and host, offset and cluster index.

use crate::geometry::ClusterSize;

/// Defines an address: a `u64` that says what it counts.
macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number.
            #[must_use]
            pub const fn new(value: u64) -> Self {
                Self(value)
            }

            /// The number itself.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }
    };
}

address! {
    /// An offset into the virtual disk, in bytes.
    GuestOffset
}
address! {
    /// An offset into the image file, in bytes.
    HostOffset
}
address! {
    /// The index of a cluster of the virtual disk.
    GuestCluster
}
address! {
    /// The index of a cluster of the image file.
    HostCluster
}

impl GuestCluster {
    /// Where the cluster begins. Saturates; a [`Layout`](crate::Layout) holds no cluster that far out.
    #[must_use]
    pub const fn offset(self, cluster_size: ClusterSize) -> GuestOffset {
        GuestOffset(self.0.saturating_mul(cluster_size.bytes()))
    }
}

impl HostCluster {
    /// Where the cluster begins. Saturates; a [`Layout`](crate::Layout) holds no cluster that far out.
    #[must_use]
    pub const fn offset(self, cluster_size: ClusterSize) -> HostOffset {
        HostOffset(self.0.saturating_mul(cluster_size.bytes()))
    }

    /// The cluster that many clusters further on. Saturates, as [`offset`](Self::offset) does.
    #[must_use]
    pub const fn plus(self, clusters: u64) -> Self {
        Self(self.0.saturating_add(clusters))
    }
}
