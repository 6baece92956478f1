//! AccrueDB: an embedded storage engine for loyalty points.

pub mod domain;
pub mod machine;
pub mod storage;
