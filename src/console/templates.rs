//! The HTML around blocks: checked when it is compiled, and all that comes from callers is escaped.

use super::blocks::Block;
use askama::Template;

/// A page with the console's head.
#[derive(Template)]
#[template(config = "src/console/askama.toml", path = "page.html")]
pub(super) struct PageHtml<'a> {
    pub(super) title: &'a str,
    /// What is above this page: name and address.
    pub(super) trail: &'a [(String, String)],
    pub(super) nav: &'a [NavItem],
    /// What can be made from every page: name and address.
    pub(super) create: &'a [(&'static str, String)],
    pub(super) blocks: &'a [Block],
    /// Whether there is a way to what can be done here.
    pub(super) has_actions: bool,
    /// Which block is the first of it.
    pub(super) actions_at: usize,
    /// Who is signed in; nobody on open pages.
    pub(super) who: Option<&'a str>,
    pub(super) proof: &'a str,
    pub(super) now: &'a str,
    /// The address of the page, so that forms lead back to it.
    pub(super) here: &'a str,
}

/// An entry of the navigation.
pub(super) struct NavItem {
    pub(super) name: &'static str,
    pub(super) href: String,
    pub(super) is_here: bool,
}

/// The page that asks for a token.
#[derive(Template)]
#[template(config = "src/console/askama.toml", path = "sign_in.html")]
pub(super) struct SignInHtml<'a> {
    /// What was wrong.
    pub(super) problem: &'a str,
    /// Where to go then.
    pub(super) back: &'a str,
}
