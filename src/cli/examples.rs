//! One valid command of each kind that a caller may send, in an order in which they can be applied.

use crate::domain::{
    Accrue, Action, ApproveBlock, Award, BlockId, BlockKind, Cancel, CancelAmount, Capture, Command, CreatePartner,
    CreatePointType, CreateProgram, Enrol, Enrolment, Erase, Expiry, HoldPoints, MemberId, PartnerId, PointTypeId,
    Points, ProgramId, PurchaseBlock, Rate, Redeem, Release, RequestId, SourceId, Span, Transfer, Zone,
};
use clap::builder::PossibleValuesParser;
use std::collections::BTreeSet;

/// The commands, each with its kind.
pub(super) fn commands() -> Vec<(&'static str, Command)> {
    let (partner, point_type) = (PartnerId(1), PointTypeId(1));
    let block = BlockId(1);
    let member = id("M1");
    let program =
        CreateProgram { zone: zone("Europe/Vienna"), enrolment: Enrolment::Explicit, ..CreateProgram::default() };
    let year = Expiry::After(Span::years(1));
    let rates = [(point_type, Rate::ONE)].into();
    let award = Award { source: Some(SourceId(7)), ..Award::new(point_type, Points(500)) };
    let purchase = PurchaseBlock {
        partner,
        block,
        block_kind: BlockKind::Regular,
        points: Points(100_000),
        starts_at: None,
        expires: year,
        unit_price: Rate::new(1, 100),
    };
    let times_out = Expiry::After(Span::days(2));
    let hold = HoldPoints { member, point_type, points: Points(100), times_out };
    let actions: Vec<(&str, Action)> = vec![
        ("new-program", program.into()),
        ("new-points", CreatePointType { point_type, expiry: year, ..CreatePointType::default() }.into()),
        ("new-partner", CreatePartner { partner, rates, ..CreatePartner::default() }.into()),
        ("block-1", purchase.into()),
        ("block-1-ok", ApproveBlock { partner, block }.into()),
        ("enrol-M1", Enrol { member }.into()),
        ("order-1", Accrue { member, partner: Some(partner), awards: vec![award] }.into()),
        ("reward-1", Redeem { member, point_type, points: Points(120) }.into()),
        ("refund-1", Cancel { request: request("reward-1"), amount: CancelAmount::Points(Points(20)) }.into()),
        ("enrol-M2", Enrol { member: id("M2") }.into()),
        ("gift-1", Transfer { member, to: id("M2"), point_type, points: Points(50), fee: Points(0) }.into()),
        ("hold-1", hold.into()),
        ("capture-1", Capture { hold: request("hold-1"), points: Some(Points(60)) }.into()),
        ("release-1", Release { hold: request("hold-1"), points: None }.into()),
        ("erase-1", Erase { transaction: Some(request("order-1")), id: None }.into()),
    ];
    let command = |(name, action): (&str, Action)| {
        let kind = action.verb();
        let command = Command::new(ProgramId(1), request(name), action);
        (kind, if name == "order-1" { command.reference("order 4711") } else { command })
    };
    actions.into_iter().map(command).collect()
}

/// The kinds that can be asked for.
pub(super) fn kinds() -> PossibleValuesParser {
    let known: BTreeSet<&str> = commands().into_iter().map(|(kind, _)| kind).collect();
    known.into_iter().chain(["all"]).collect::<Vec<&str>>().into()
}

fn id(text: &str) -> MemberId {
    text.parse().unwrap_or(MemberId(1))
}

fn request(text: &str) -> RequestId {
    text.parse().unwrap_or(RequestId(1))
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, EngineOptions};
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    #[test]
    fn each_kind_of_everyday_has_an_example() {
        let known: BTreeSet<&str> = commands().into_iter().map(|(kind, _)| kind).collect();
        // the engine's own is not for callers; what comes after these is set up, corrected and settled
        let everyday = Action::VERBS.iter().take_while(|kind| **kind != "edit_partner");
        let everyday: Vec<&str> = everyday.copied().filter(|kind| *kind != "book_due").collect();
        assert!(everyday.len() >= 14 && everyday.iter().all(|kind| known.contains(kind)), "{known:?}");
    }

    #[test]
    fn each_example_is_done_where_it_stands() {
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
        for (kind, command) in commands() {
            // as a line says it
            let line = serde_json::to_string(&command).unwrap();
            let read = crate::cli::apply::parse("", 1, line.as_bytes()).unwrap();
            assert_eq!(read, command, "{kind}");
            engine.execute(&read).unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
    }
}
