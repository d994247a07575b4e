//! The descriptors that a shell or a service manager has left open for this program. The daemon gets none of them.

/// The first descriptor after the standard ones.
const FIRST: libc::c_uint = 3;

/// Up to which descriptor one tries where the kernel has no call for all of them: as many as Linux allows by default.
const LIMIT: libc::c_uint = 1 << 20;

/// Closes every descriptor but the standard ones. To be called first of all in `main`, before this program has
/// opened one itself.
#[allow(unsafe_code)]
pub(super) fn close_inherited() {
    // SAFETY: closing a descriptor is unsound where something in this process owns it and uses it later. `main` calls
    // this before anything of its own is opened; before `main`, Rust opens none but in place of missing standard ones.
    // The arguments are plain numbers.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) };
    if closed == 0 {
        return;
    }
    // Before Linux 5.9, and where a container's filter doesn't know the call.
    for descriptor in FIRST..most() {
        // SAFETY: as above.
        let _ = unsafe { libc::close(descriptor.cast_signed()) };
    }
}

/// One more than the highest descriptor that may be open.
fn most() -> libc::c_uint {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current.and_then(|limit| limit.try_into().ok());
    limit.map_or(LIMIT, |limit: libc::c_uint| limit.min(LIMIT))
}
