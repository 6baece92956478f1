//! The program, point type and partner of an import: those that exist, and those to create.

use super::args::Args;
use crate::cli::output::Failure;
use crate::cli::request_ids;
use crate::domain::{
    Action, Billing, Command, CreatePartner, CreatePointType, CreateProgram, Enrolment, Expiry, NeverUsable, Partner,
    PartnerId, PartnerKey, PointTypeId, Program, Rate, Span, Timestamp, Zone,
};
use crate::engine::{Engine, ExecuteError};

/// The program and partner that exist.
#[derive(Debug, Default)]
pub(super) struct Known {
    program: Option<Program>,
    partner: Option<Partner>,
}

impl Known {
    pub(super) fn of(args: &Args, engine: &Engine) -> Result<Known, Failure> {
        let id = args.program();
        let partner = match args.partner.map(PartnerId) {
            Some(partner) => engine.partner(PartnerKey { program: id, partner })?.map(|state| state.partner),
            None => None,
        };
        Ok(Known { program: engine.programs()?.remove(&id), partner })
    }

    /// The zone of the program that is there, or is to be created.
    pub(super) fn zone(&self, args: &Args) -> Zone {
        let own = self.program.as_ref().map(|program| program.settings.zone.clone());
        own.or_else(|| args.zone.clone()).unwrap_or_default()
    }

    /// Refuses what nothing would come of: names of what is not there, settings that are not those of what is.
    pub(super) fn check(&self, args: &Args) -> Result<(), Failure> {
        let problem = if args.create { self.unlike(args) } else { self.missing(args) };
        problem.map_or(Ok(()), |problem| Err(Failure::Usage(problem)))
    }

    /// The first of them that is missing.
    fn missing(&self, args: &Args) -> Option<String> {
        let id = args.program();
        let what = match (&self.program, args.partner) {
            (None, _) => format!("program {id}"),
            (Some(program), _) if !program.point_types.contains_key(&PointTypeId(args.point_type)) => {
                format!("point type {} in program {id}", args.point_type)
            }
            (Some(_), Some(partner)) if self.partner.is_none() => format!("partner {partner} in program {id}"),
            (Some(_), _) => return None,
        };
        Some(format!("there is no {what}; --create makes one"))
    }

    /// The first of them that differs from the options.
    fn unlike(&self, args: &Args) -> Option<String> {
        let (id, point_type) = (args.program(), PointTypeId(args.point_type));
        let program = self.program.as_ref()?;
        if let Some(zone) = args.zone.as_ref().filter(|zone| **zone != program.settings.zone) {
            return Some(format!("--zone is {zone}, but program {id} is there, in {}", program.settings.zone));
        }
        let known = program.point_type(point_type).map(|known| known.expiry);
        if let Some((asked, known)) = args.expiry().zip(known)
            && asked != known
        {
            return Some(format!(
                "points of --expire-days expire {}, but point type {point_type} is there, and its points expire {}",
                words(asked),
                words(known)
            ));
        }
        let known = args.partner.and_then(|partner| Some((partner, program.terms(PartnerId(partner))?)));
        let (partner, _) = known.filter(|(_, terms)| !terms.rates.contains_key(&point_type))?;
        Some(format!(
            "partner {partner} is there, without a rate for point type {point_type}: it would be charged nothing; an \
             import without --create does that"
        ))
    }

    /// Creates what is missing, dated with the first purchase.
    pub(super) fn create(&self, args: &Args, engine: &Engine, name: &str, first: Timestamp) -> Result<(), Failure> {
        for action in self.to_create(args) {
            let what = action.verb();
            let key = [args.program().0, u32::from(args.point_type), args.partner.unwrap_or_default()];
            let key = key.map(u32::to_le_bytes);
            let request = request_ids::derived(&[b"create", name.as_bytes(), what.as_bytes(), key.as_flattened()]);
            let command = Command::new(args.program(), request, action).at(first);
            engine.execute(&command).map_err(|error| match error {
                ExecuteError::Refused(rejection) => Failure::Refused(format!("{what} is refused: {rejection}")),
                failed @ ExecuteError::Failed(_) => failed.into(),
            })?;
        }
        Ok(())
    }

    fn to_create(&self, args: &Args) -> Vec<Action> {
        let point_type = PointTypeId(args.point_type);
        let mut missing: Vec<Action> = Vec::new();
        if self.program.is_none() {
            // posted late, as those of an older file are, points may have expired before they come: they count, and lapse
            let never_usable = NeverUsable::Allow;
            let (zone, enrolment) = (args.zone.clone().unwrap_or_default(), Enrolment::OnFirstAccrual);
            missing.push(CreateProgram { zone, enrolment, never_usable, ..CreateProgram::default() }.into());
        }
        if self.program.as_ref().is_none_or(|program| !program.point_types.contains_key(&point_type)) {
            let expiry = args.expiry().unwrap_or_default();
            missing.push(CreatePointType { point_type, expiry, ..CreatePointType::default() }.into());
        }
        if let (Some(partner), None) = (args.partner.map(PartnerId), &self.partner) {
            let rates = [(point_type, Rate::ONE)].into();
            let billing = Billing::PostPaid;
            missing.push(CreatePartner { partner, billing, rates, ..CreatePartner::default() }.into());
        }
        missing
    }
}

/// When points expire.
fn words(expiry: Expiry) -> String {
    match expiry {
        Expiry::Never => "never".to_owned(),
        Expiry::At(instant) => format!("at {instant}"),
        Expiry::On(date) => format!("on {date}"),
        Expiry::After(span) => format!("after {}", span_words(span)),
        Expiry::EndOf { span, period } => {
            let after = span.map(|span| format!(" after {}", span_words(span))).unwrap_or_default();
            format!("with the end of the {}{after}", format!("{period:?}").to_lowercase())
        }
        Expiry::Rolling { age, .. } => format!("older than {}, at the next evaluation", span_words(age)),
    }
}

fn span_words(Span { count, unit }: Span) -> String {
    format!("{count} {}", format!("{unit:?}").to_lowercase())
}
