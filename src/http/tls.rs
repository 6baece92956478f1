//! TLS: a chain of certificates and a key from PEM files, which can be read again while connections go on.

use super::settings::Transport;
use parking_lot::RwLock;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The certificates of a server; none for plain HTTP.
pub struct Certificates {
    transport: Transport,
    acceptor: RwLock<Option<TlsAcceptor>>,
}

impl Certificates {
    /// Errors: a text that names the file that does not do.
    pub(super) fn new(transport: &Transport) -> Result<Certificates, String> {
        Ok(Certificates { transport: transport.clone(), acceptor: RwLock::new(acceptor(transport)?) })
    }

    /// Reads the files again: for new connections. Those that are open stay as they are.
    ///
    /// Errors: a text that names the file that does not do. The certificates that were read before stay in use.
    pub fn reload(&self) -> Result<(), String> {
        let fresh = acceptor(&self.transport)?;
        *self.acceptor.write() = fresh;
        Ok(())
    }

    /// What accepts a new connection.
    pub(super) fn acceptor(&self) -> Option<TlsAcceptor> {
        self.acceptor.read().clone()
    }
}

/// The acceptor of a transport; none for plain HTTP.
///
/// Errors: a text that names the file that does not do.
fn acceptor(transport: &Transport) -> Result<Option<TlsAcceptor>, String> {
    let Transport::Tls { certificates, key } = transport else { return Ok(None) };
    let bad = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain = CertificateDer::pem_file_iter(certificates).map_err(|error| bad(certificates, &error))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|error| bad(certificates, &error))?;
    if chain.is_empty() {
        return Err(bad(certificates, &"no certificate in it"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, secret);
    let mut config = config.map_err(|error| bad(key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
