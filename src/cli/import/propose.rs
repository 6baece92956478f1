//! A mapping for a file of which nothing is known but its first lines.

use super::mapping::Mapping;
use super::presets::Preset;
use crate::cli::purchases::{Head, Marks, check_date_format, plain};
use crate::domain::{Date, Timestamp};

/// Names that exporters of several languages give to the columns. The first that a
/// file has is taken.
const CUSTOMERS: &[&str] = &[
    "customer_id",
    "customer id",
    "customerid",
    "member_id",
    "member id",
    "member",
    "card",
    "card_number",
    "card number",
    "loyalty id",
    "kundennr.",
    "kundennr",
    "kundennummer",
    "customer number",
    "client_id",
    "n° client",
    "cliente",
    "customer",
    "customer_email",
    "customer email",
    "email",
    "e-mail",
    "phone",
    "who",
];
const DATES: &[&str] = &[
    "paid at",
    "paid_date",
    "date_paid",
    "purchase date",
    "purchase_date",
    "order date",
    "order_date",
    "transaction date",
    "transaction_date",
    "date",
    "datum",
    "fecha",
    "data",
    "day",
    "created at",
    "created_at",
    "timestamp",
    "time",
    "when",
];
const AMOUNTS: &[&str] = &[
    "total",
    "order_total",
    "order total",
    "grand total",
    "grand total (base)",
    "net sales",
    "amount",
    "betrag",
    "umsatz",
    "summe",
    "montant",
    "importe",
    "importo",
    "price",
    "dollars",
    "eur",
    "usd",
    "much",
];
const POINTS: &[&str] = &["points", "punkte", "balance", "points balance", "saldo", "puntos", "punti"];
const EXPIRIES: &[&str] =
    &["expires", "expiry", "expiry date", "expiry_date", "expires at", "expires_at", "valid until"];
const IDS: &[&str] = &[
    "order_id",
    "order id",
    "order number",
    "order_number",
    "order",
    "transaction id",
    "transaction_id",
    "receipt",
    "invoice",
    "bestellnr.",
    "bestellnummer",
    "belegnr.",
    "bonnr.",
];
const STATUSES: &[&str] = &["financial status", "status", "order status", "order_status", "event type"];

/// Ways of writing dates that are tried, the most certain first.
const FORMATS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%b %d, %Y, %I:%M:%S %p",
    "%b %d, %Y",
    "%d %b %Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d-%m-%Y",
    "%s",
];

/// A proposal of how to read a file.
#[derive(Debug)]
pub(super) enum Proposal {
    /// The columns are those of a known export.
    Preset(Preset),
    /// These options, and what is left to settle.
    Options(Box<Mapping>, Vec<String>),
}

/// Looks at the names of the columns and a few lines.
pub(super) fn propose(head: &Head) -> Proposal {
    let known = Preset::ALL.into_iter().rev().find(|preset| fits(*preset, head));
    if let Some(preset) = known {
        return Proposal::Preset(preset);
    }
    if let Some(mapping) = without_header(head) {
        return Proposal::Options(Box::new(mapping), vec!["the first line looks like a purchase".to_owned()]);
    }
    let mut mapping = Mapping::default();
    let mut open = Vec::new();
    let mut name = |list: &[&str], what: &str, is_needed: bool| {
        let place = list.iter().find_map(|name| head.names.iter().position(|cell| cell.to_lowercase() == *name));
        if place.is_none() && is_needed {
            let names = head.names.iter().map(|name| plain(name)).collect::<Vec<String>>().join(", ");
            open.push(format!("no column looks like {what}; there are: {names}"));
        }
        place
    };
    let customer = name(CUSTOMERS, "the member's id (--customer-column)", true);
    let date = name(DATES, "the date (--date-column; --date dates all lines)", true);
    let (points, expires) = (name(POINTS, "", false), name(EXPIRIES, "", false));
    let amount = name(AMOUNTS, "the amount (--amount-column)", points.is_none());
    let (id, status) = (name(IDS, "", false), name(STATUSES, "", false));
    let named = |place: Option<usize>, usual: &str| {
        let found = place.and_then(|place| head.names.get(place)).cloned();
        found.filter(|name| name != usual)
    };
    mapping.customer_column = named(customer, "customer_id");
    mapping.date_column = named(date, "date");
    mapping.amount_column = named(amount, "amount");
    mapping.points_column = named(points.filter(|_| amount.is_none()), "");
    mapping.expires_column = named(expires, "");
    mapping.id_column = named(id, "");
    mapping.status_column = named(status, "");
    let cells = |place: Option<usize>| -> Vec<&str> {
        let place = place.unwrap_or(usize::MAX);
        let cells = head.rows.iter().filter_map(|row| row.get(place));
        cells.map(|cell| cell.as_str()).filter(|cell| !cell.is_empty()).collect()
    };
    date_format(&cells(date), &mut mapping, &mut open);
    marks(&cells(amount), &mut mapping, &mut open);
    Proposal::Options(Box::new(mapping), open)
}

/// Columns by their numbers, where the first line has a date: it is no header.
fn without_header(head: &Head) -> Option<Mapping> {
    let format = |cell: &String| match cell.parse::<Date>().is_ok() || cell.parse::<Timestamp>().is_ok() {
        true => Some(None),
        false => {
            let reads = |format: &&&str| **format != "%s" && jiff::fmt::strtime::parse(format, cell).is_ok();
            FORMATS.iter().find(reads).map(|format| Some((*format).to_owned()))
        }
    };
    let (date, date_format) = (0..).zip(&head.names).find_map(|(place, cell)| Some((place, format(cell)?)))?;
    let marks = Marks {
        decimal: Some(if head.names.iter().any(|cell| cell.contains(',')) { ',' } else { '.' }),
        ..Marks::default()
    };
    let others = || (0..head.names.len()).filter(move |place| *place != date);
    let amount = others().rev().find(|place| head.names.get(*place).is_some_and(|cell| marks.amount(cell).is_ok()))?;
    let customer = others().find(|place| *place != amount)?;
    let number = |place: usize| Some(place.saturating_add(1).to_string());
    Some(Mapping {
        customer_column: number(customer),
        date_column: number(date),
        amount_column: number(amount),
        date_format,
        decimal: (marks.decimal == Some(',')).then(|| ",".to_owned()),
        ..Mapping::default()
    })
}

/// Whether a file has all columns of a preset.
fn fits(preset: Preset, head: &Head) -> bool {
    let Ok(layout) = preset.mapping().map_err(drop).and_then(|mapping| mapping.layout().map_err(drop)) else {
        return false;
    };
    layout.columns.names().iter().all(|name| head.names.iter().any(|cell| cell == name))
}

fn date_format(cells: &[&str], mapping: &mut Mapping, open: &mut Vec<String>) {
    let is_plain = |cell: &&str| cell.parse::<Date>().is_ok() || cell.parse::<Timestamp>().is_ok();
    if cells.is_empty() || cells.iter().all(is_plain) {
        return;
    }
    let reads = |format: &&&str| {
        let reads = |cell: &&str| jiff::fmt::strtime::parse(format, cell).is_ok();
        check_date_format(format).is_ok() && cells.iter().all(reads)
    };
    let fitting: Vec<&&str> = FORMATS.iter().filter(reads).collect();
    match fitting.as_slice() {
        [] => open.push("no usual format reads the dates (--date-format)".to_owned()),
        [only] => mapping.date_format = Some((**only).to_owned()),
        [first, second, ..] => {
            mapping.date_format = Some((**first).to_owned());
            open.push(format!("the dates may be {first} or {second}: look which is right"));
        }
    }
}

fn marks(cells: &[&str], mapping: &mut Mapping, open: &mut Vec<String>) {
    let currency = ["EUR", "USD", "GBP", "CHF", "JPY", "INR"].into_iter().find(|code| {
        let signs = super::mapping::currencies(&[(*code).to_owned()]);
        cells.iter().any(|cell| signs.iter().any(|sign| cell.contains(sign.as_str())))
    });
    mapping.currency = currency.into_iter().map(str::to_owned).collect();
    let reads = |decimal: Option<char>| {
        let marks = Marks { decimal, thousands: None, currency: super::mapping::currencies(&mapping.currency) };
        cells.iter().filter(|cell| marks.amount(cell).is_ok()).count()
    };
    let (plain, point, comma) = (reads(None), reads(Some('.')), reads(Some(',')));
    match () {
        () if plain == cells.len() => {}
        () if point == cells.len() && comma == cells.len() => {
            mapping.decimal = Some(",".to_owned());
            open.push("amounts may have --decimal . or --decimal , : look which is right".to_owned());
        }
        () if point >= comma && point > plain => mapping.decimal = Some(".".to_owned()),
        () if comma > plain => mapping.decimal = Some(",".to_owned()),
        () => {}
    }
}

impl Proposal {
    /// The options as they are typed.
    pub(super) fn options(&self) -> String {
        let mapping = match self {
            Proposal::Preset(preset) => return format!("--preset {}", preset.name()),
            Proposal::Options(mapping, _) => mapping,
        };
        let mut options = Vec::new();
        let mut put = |name: &str, value: &Option<String>| {
            options.extend(value.as_ref().map(|value| format!("--{name} {}", quoted(value))));
        };
        put("customer-column", &mapping.customer_column);
        put("date-column", &mapping.date_column);
        put("date-format", &mapping.date_format);
        put("amount-column", &mapping.amount_column);
        put("points-column", &mapping.points_column);
        put("expires-column", &mapping.expires_column);
        put("decimal", &mapping.decimal);
        put("currency", &mapping.currency.first().cloned());
        put("id-column", &mapping.id_column);
        put("status-column", &mapping.status_column);
        options.join(" ")
    }

    /// Points that the proposal leaves open.
    pub(super) fn open(&self) -> &[String] {
        match self {
            Proposal::Preset(_) => &[],
            Proposal::Options(_, open) => open,
        }
    }
}

/// A value as a shell takes it, with nothing in it that a terminal would obey.
fn quoted(value: &str) -> String {
    let is_simple = |c: char| c.is_ascii_alphanumeric() || "%_.:-,/+@".contains(c);
    let shown: String = value.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    match value.chars().all(is_simple) && !value.is_empty() {
        true => shown,
        false => format!("'{}'", plain_whole(&shown).replace('\'', "'\\''")),
    }
}

/// A name as a terminal may show it, as long as it is.
fn plain_whole(name: &str) -> String {
    name.chars()
        .flat_map(|c| if c == '\'' || c == '"' || c == '\\' { vec![c] } else { c.escape_debug().collect() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::purchases::Layout;

    fn proposed(file: &str) -> (String, usize) {
        let proposal = propose(&Head::of(file.as_bytes(), &Layout::default(), 100).unwrap());
        (proposal.options(), proposal.open().len())
    }

    #[test]
    fn what_a_file_shows_is_proposed_and_what_it_does_not_is_told() {
        for (file, options, open) in [
            ("customer_id,date,amount\n1,2026-03-01,5\n", "", 0),
            (
                "Card,Day,Total\n1,31/03/2026,5\n",
                "--customer-column Card --date-column Day --date-format %d/%m/%Y --amount-column Total",
                0,
            ),
            (
                "Card,Day,Total\n1,01/03/2026,5\n",
                "--customer-column Card --date-column Day --date-format %m/%d/%Y --amount-column Total",
                1,
            ),
            (
                "member;points;expires\n17;1250;2026-12-31\n",
                "--customer-column member --points-column points --expires-column expires",
                1,
            ),
            ("email;date;amount\nM1;2026-03-01;1.234,50 €\n", "--customer-column email --decimal , --currency EUR", 0),
            ("email;date;amount\nM1;2026-03-01;1.234\n", "--customer-column email --decimal ,", 1),
            (
                "17;31.03.2026;5,50\n",
                "--customer-column 1 --date-column 2 --date-format %d.%m.%Y --amount-column 3 --decimal ,",
                1,
            ),
            ("it's,date,amount,order id\n", "--id-column 'order id'", 1),
            ("a,b\n", "", 3),
            ("", "", 3),
        ] {
            assert_eq!(proposed(file), (options.to_owned(), open), "{file:?}");
        }
    }

    #[test]
    fn a_preset_is_known_by_its_columns() {
        for preset in Preset::ALL {
            let layout = preset.mapping().unwrap().layout().unwrap();
            let names = layout.columns.names().join(",");
            assert_eq!(proposed(&format!("{names},More\n")).0, format!("--preset {}", preset.name()));
        }
    }

    #[test]
    fn a_value_is_what_a_shell_takes() {
        for (value, typed) in [("a b", "'a b'"), ("it's", "'it'\\''s'"), ("%d.%m", "%d.%m"), ("", "''")] {
            assert_eq!(quoted(value), typed);
        }
        assert!(quoted("a\u{1b}[2J\u{202e}").chars().all(|c| c.is_ascii_graphic()));
    }
}
