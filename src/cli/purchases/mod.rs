//! Purchases in a file: which column says what, what a line is, and what is wrong with one that is nothing.

mod amounts;
mod cells;
mod columns;
mod dates;
mod encoding;
mod json;
mod layout;
mod line;
mod parquet;
mod reader;
mod source;
mod statuses;
mod tariff;
mod text;
mod zones;

pub use amounts::{Decimal, Marks, Thousands};
pub use columns::{Column, Columns};
pub use dates::{DateStyle, check_date_format};
pub use encoding::Charset;
pub use layout::Layout;
pub use line::{BadLine, Details, Line, Purchase, Refund, Worth};
pub(super) use parquet::unpacked;
pub use reader::{Head, Lines, Purchases, Reader, read};
pub use source::Format;
pub use statuses::Statuses;
pub use tariff::{Ratio, Tariff};
pub use text::{Nobody, plain, shown};
