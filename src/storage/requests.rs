//! Which entry used a request id: rows of their own for ids that came out of order, pages of many for those that came
//! in order.

use super::rows::{self, Rows};
use super::{Read, RequestPages, Requests, Table};
use crate::domain::keys::{KEY_BYTES_MAX, Key};
use crate::domain::{Fault, RequestKey, Sequence};
use std::iter::Peekable;
use std::ops::ControlFlow;

/// The entry that used a request id.
pub fn find(read: &dyn Read, key: &RequestKey) -> Result<Option<Sequence>, Fault> {
    let alone = rows::get::<Requests>(read, key)?;
    if alone.is_some() {
        return Ok(alone);
    }
    // pages do not overlap: it can be in the first that ends with it or behind it
    let mut found = None;
    read.scan(RequestPages::ID, &key.to_bytes(), &after_all(), &mut |last, page| {
        if RequestKey::from_bytes(last).is_some_and(|last| last.program == key.program) {
            found = rows::decode::<RequestPages>(page)?.get(key.request);
        }
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// The last of all request ids.
pub fn last(read: &dyn Read) -> Result<Option<RequestKey>, Fault> {
    let alone = read.last_key(Requests::ID)?.map(|key| whole(&key)).transpose()?;
    Ok(alone.max(last_in_pages(read)?))
}

/// The last request id that is in a page: those that come after it may come into pages.
pub fn last_in_pages(read: &dyn Read) -> Result<Option<RequestKey>, Fault> {
    read.last_key(RequestPages::ID)?.map(|key| whole(&key)).transpose()
}

fn whole(key: &[u8]) -> Result<RequestKey, Fault> {
    RequestKey::from_bytes(key).ok_or_else(|| Fault::corrupt("requests: the last key is none of that table"))
}

fn after_all() -> Vec<u8> {
    vec![0xFF; KEY_BYTES_MAX.saturating_add(1)]
}

/// All request ids with their entries, in order, wherever they are kept.
pub struct AllRequests<'a> {
    alone: Peekable<Rows<'a, Requests>>,
    pages: Rows<'a, RequestPages>,
    page: Peekable<std::vec::IntoIter<(RequestKey, Sequence)>>,
}

/// All request ids.
#[must_use]
pub fn all(read: &dyn Read) -> AllRequests<'_> {
    let page = Vec::new().into_iter().peekable();
    AllRequests { alone: Rows::all(read).peekable(), pages: Rows::all(read), page }
}

impl Iterator for AllRequests<'_> {
    type Item = Result<(RequestKey, Sequence), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.peek().is_none() {
            match self.pages.next() {
                Some(Ok((last, page))) => {
                    let of_page = page.iter().map(|(request, at)| (RequestKey { program: last.program, request }, at));
                    self.page = of_page.collect::<Vec<_>>().into_iter().peekable();
                }
                Some(Err(fault)) => return Some(Err(fault)),
                None => {}
            }
        }
        let paged = self.page.peek().map(|(key, _)| *key);
        match (self.alone.peek(), paged) {
            (Some(Ok((alone, _))), Some(paged)) if paged < *alone => self.page.next().map(Ok),
            (None, Some(_)) => self.page.next().map(Ok),
            _ => self.alone.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ProgramId, RequestId, RequestPage};
    use crate::storage::codec;

    fn request(program: u32, id: u128, sequence: u64) -> (RequestKey, Sequence) {
        (RequestKey { program: ProgramId(program), request: RequestId(id) }, Sequence(sequence))
    }

    #[test]
    fn pages_give_back_what_was_put_in() {
        let ids = [0, 1, 7, u64::MAX.into(), 1 << 64, 1 << 64 | 1, 9 << 64 | 5, 9 << 64 | 8, u128::MAX - 1, u128::MAX];
        let mut requests: Vec<_> = ids.into_iter().zip(0..).map(|(id, at)| request(1, id, 50 - at)).collect();
        requests.extend((0..300).map(|id| request(2, id * 3, u64::MAX - id as u64)));
        let mut again = Vec::new();
        let mut sizes = Vec::new();
        for (last, page) in RequestPage::cut(&requests) {
            let mut bytes = Vec::new();
            codec::encode(&page, &mut bytes).unwrap();
            let read: RequestPage = codec::decode(&bytes, "a page").unwrap();
            assert_eq!(read, page);
            again.extend(page.iter().map(|(request, at)| (RequestKey { program: last.program, request }, at)));
            assert_eq!(again.last().map(|(key, _)| *key), Some(last), "a page's key is its last request");
            sizes.push(page.iter().count());
        }
        assert_eq!((again, sizes), (requests.clone(), vec![10, 128, 128, 44]));
        let pages: Vec<_> = RequestPage::cut(&requests).collect();
        assert_eq!((pages[0].1.get(RequestId(7)), pages[0].1.get(RequestId(8))), (Some(Sequence(48)), None));
    }
}
