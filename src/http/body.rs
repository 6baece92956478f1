//! Reading the body of a request: no more of it than the route takes, and not for ever.

use crate::api::Problem;
use hyper::body::{Body, Incoming};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

/// Reads a body of at most `bytes_max` bytes within `timeout`.
pub(super) async fn read(body: Incoming, bytes_max: usize, timeout: Duration) -> Result<Vec<u8>, Problem> {
    let slow = |_| Problem::new("malformed", "the body did not come in time").with("pointer", "");
    tokio::time::timeout(timeout, whole(body, bytes_max)).await.map_err(slow)?
}

async fn whole(mut body: Incoming, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || match bytes_max {
        0 => Problem::new("too_large", "this route takes no body"),
        _ => Problem::new("too_large", format!("the body has more than {bytes_max} bytes")),
    };
    // what is announced as too large is refused before any of it is read
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Problem::new("malformed", "the body broke off").with("pointer", ""))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len().saturating_add(data.len()) > bytes_max {
            return Err(too_large());
        }
        read.extend_from_slice(&data);
    }
    Ok(read)
}
