//! Definitions: programs, point types, partners.

mod activate_program;
mod create_partner;
mod create_point_type;
mod create_program;
mod create_subtype;
mod define_tiers;
mod edit_point_type;
mod point_types;
