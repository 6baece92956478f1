//! Erasing texts that callers wrote.

use crate::domain::{MemberId, RequestId};
use serde::{Deserialize, Serialize};

/// Erases a text: the reference of a transaction, or the text of a long id. Just one is named. What the text was is in no
/// entry of the journal; `verify` goes on to hold. Backups that were made before keep it until they are removed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// The request id of the transaction whose reference is erased.
    #[serde(default)]
    pub transaction: Option<RequestId>,
    /// The member, or request, whose long id is shown by its UUID from now on.
    #[serde(default)]
    pub id: Option<MemberId>,
}
