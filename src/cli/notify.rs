//! Tells the service manager how the server is (systemd's `Type=notify`): a datagram to the socket that it names.

use std::os::unix::net::UnixDatagram;

/// The server takes work.
pub(super) fn ready() {
    tell("READY=1");
}

/// The server stops in good order.
pub(super) fn stopping() {
    tell("STOPPING=1");
}

/// Where nobody asks, or nobody listens, nothing is lost: the manager has its own time-out.
fn tell(state: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Ok(own) = UnixDatagram::unbound() {
        let _ = send(&own, state, &socket);
    }
}

/// A name that begins with `@` is one of Linux's abstract names.
#[cfg(target_os = "linux")]
fn send(own: &UnixDatagram, state: &str, socket: &std::ffi::OsStr) -> std::io::Result<usize> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => own.send_to_addr(state.as_bytes(), &std::os::unix::net::SocketAddr::from_abstract_name(name)?),
        None => own.send_to(state.as_bytes(), socket),
    }
}

#[cfg(not(target_os = "linux"))]
fn send(own: &UnixDatagram, state: &str, socket: &std::ffi::OsStr) -> std::io::Result<usize> {
    own.send_to(state.as_bytes(), socket)
}
