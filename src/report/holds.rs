//! Points that a member set aside and neither used nor gave back.

use super::partner_records::{Page, page};
use crate::domain::tables::{HoldTimeouts, Holds};
use crate::domain::{Fault, Hold, HoldTimeoutKey, MemberKey, RequestKey};
use crate::storage::Read;
use crate::storage::rows;

/// A page of a member's open holds, by the instant at which they time out; the last are those that never do.
pub fn open_holds(
    read: &dyn Read,
    member: MemberKey,
    rows: Page<HoldTimeoutKey>,
) -> Result<Vec<(HoldTimeoutKey, Hold)>, Fault> {
    let mut holds = Vec::new();
    for (key, ()) in page::<HoldTimeouts>(read, &member, rows)? {
        let request = RequestKey { program: key.program, request: key.request };
        let hold = rows::get::<Holds>(read, &request)?;
        holds.push((key, hold.ok_or_else(|| Fault::corrupt(format!("hold {} is not there", key.request)))?));
    }
    Ok(holds)
}
