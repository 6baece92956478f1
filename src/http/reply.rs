//! The body of a response: all of it, or pieces as they come.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// The body of a response.
#[derive(Debug)]
pub(super) enum Reply {
    /// All of it; nothing once it was taken.
    Whole(Option<Bytes>),
    /// Pieces as they come, until the sender is gone.
    Stream(mpsc::Receiver<Bytes>),
}

impl Reply {
    pub(super) fn whole(body: impl Into<Bytes>) -> Reply {
        Reply::Whole(Some(body.into()).filter(|body| !body.is_empty()))
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Reply::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Reply::Stream(pieces) => pieces.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Reply::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Reply::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
            Reply::Stream(_) => SizeHint::default(),
        }
    }
}
