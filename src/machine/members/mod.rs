//! Members: enrolled, in households, in tiers, merged.

mod adjust;
mod enrol;
mod household;
mod merge;
mod moving;
mod roll_up;
mod status;
mod tier;
