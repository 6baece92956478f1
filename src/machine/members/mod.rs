//! Members: enrolled.

mod enrol;
