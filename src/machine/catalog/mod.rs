//! Definitions: programs, point types, partners.

mod create_partner;
mod create_point_type;
mod create_program;
