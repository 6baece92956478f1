//! TLS: a client that trusts the certificate is answered, and one that speaks plainly is not.

use super::engine;
use accruedb::api::{Api, ApiOptions};
use accruedb::console::Console;
use accruedb::engine::ClockSource;
use accruedb::http::{Server, Settings, Transport};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Makes a certificate for 127.0.0.1. Returns whether this machine can.
fn make_certificate(folder: &Path) -> bool {
    let line = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
                -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem";
    let made = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output();
    made.is_ok_and(|made| made.status.success())
}

#[test]
fn callers_come_over_tls_only() {
    let folder = tempfile::tempdir().unwrap();
    if !make_certificate(folder.path()) {
        crate::proof::Proof::skipped("tls", "there is no openssl to make a certificate with");
        return;
    }
    let transport = Transport::Tls { certificates: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let settings = Settings { transport, ..Settings::new("127.0.0.1:0".parse().unwrap()) };
    let wrong = Transport::Tls { certificates: folder.path().join("key.pem"), key: folder.path().join("cert.pem") };
    let wrong = Settings { transport: wrong, ..settings.clone() };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path().join("cert.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api =
            Arc::new(Api::new(engine(), ApiOptions { clock: ClockSource::Commands, ..ApiOptions::default() }).unwrap());
        let refused = Server::bind(api.clone(), Console::new([1; 32]), wrong).await.err().unwrap();
        assert!(refused.contains("key.pem"), "{refused}");
        let server = Server::bind(api, Console::new([1; 32]), settings).await.unwrap();
        let (address, stop) = (server.address(), server.stopper());
        let certificates = server.certificates();
        let running = tokio::spawn(server.run());
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        let name = ServerName::IpAddress(address.ip().into());
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = TlsConnector::from(config.clone()).connect(name, stream).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("lives"), "{answer}");
        let mut plain = TcpStream::connect(address).await.unwrap();
        plain.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // closed with an alert, or with a reset
        let _ = plain.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "{answer:?}");
        // a new certificate is for new connections; one that cannot be read changes nothing
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, "none").unwrap();
        assert!(certificates.reload().unwrap_err().contains("cert.pem"));
        let connect = async || {
            let stream = TcpStream::connect(address).await.unwrap();
            TlsConnector::from(config.clone()).connect(ServerName::IpAddress(address.ip().into()), stream).await.is_ok()
        };
        assert!(connect().await);
        std::fs::remove_file(&key).unwrap();
        assert!(make_certificate(folder.path()));
        assert!(connect().await, "the old one is in use until it is told");
        certificates.reload().unwrap();
        assert!(!connect().await, "a client that trusts the old one only");
        stop.stop();
        assert!(running.await.unwrap());
    });
}
