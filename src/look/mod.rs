//! Looks that need both an engine and a report, which do not know each other: the audit log, and how long a partner's blocks
//! last. For all front ends, and for whoever links the library.

mod audit;
mod forecast;

pub use audit::EngineAudit;
pub use forecast::{each_use, entries_during, forecast, forecast_entries, uses_during};
