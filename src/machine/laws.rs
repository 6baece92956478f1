//! The laws that always hold, as predicates.
