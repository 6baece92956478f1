//! The types of transactions that the audit log tells apart (rules E39, E48).

use std::fmt;
use std::str::FromStr;

macro_rules! kinds {
    ($($kind:ident $code:literal $added:literal $taken:literal;)*) => {
        /// The type of a transaction (rule E39).
        ///
        /// The place of each is stored: new ones come last.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditKind {
            $(#[doc = $added] $kind,)*
        }

        impl AuditKind {
            /// Every kind.
            pub const ALL: &'static [AuditKind] = &[$(AuditKind::$kind),*];

            /// The kind as one word.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(AuditKind::$kind => $code),* }
            }

            /// What people read (rule E48), where points are added, and where they are not.
            #[must_use]
            pub fn reference_type(self, is_added: bool) -> &'static str {
                match (self, is_added) {
                    $((AuditKind::$kind, true) => $added, (AuditKind::$kind, false) => $taken,)*
                }
            }
        }
    };
}

kinds! {
    Issuance "issuance" "Point Issuance" "Point Issuance";
    Redemption "redemption" "Point Redemption" "Point Redemption";
    Transfer "transfer" "Point Transfer (in)" "Point Transfer (out)";
    Cancellation "cancellation" "Cancellation (add)" "Cancellation (deduct)";
    Expiration "expiration" "Point Expiration" "Point Expiration";
    Adjustment "adjustment" "Manual Point Adjustment (add)" "Manual Point Adjustment (deduct)";
    RollOver "roll_over" "Point Rollover (in)" "Point Rollover (out)";
    Repayment "repayment" "Debt Repayment (given back)" "Debt Repayment";
    Fee "fee" "Transfer Fee" "Transfer Fee";
    Hold "hold" "Point Hold" "Point Hold";
    Release "release" "Hold Release" "Hold Release";
    Maturing "maturing" "Points Become Available" "Points Become Available";
    Debt "debt" "Debt of Spent Points" "Debt of Spent Points";
    Inventory "inventory" "Inventory Modification (add)" "Inventory Modification (deduct)";
    Status "status" "Source Status" "Source Status";
}

impl fmt::Display for AuditKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for AuditKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<AuditKind, Self::Err> {
        AuditKind::ALL.iter().find(|kind| kind.code() == text).copied().ok_or("no such type of transaction")
    }
}
