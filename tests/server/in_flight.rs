//! Commands on their way: no thread holds one until it is durable, whoever asked may go away or lose patience, and a
//! failed write is told to all of them.

use super::sockets::Running;
use accruedb::api::{Budget, Scope, Token};
use accruedb::domain::Points;
use accruedb::storage::memory::{Call, Trouble};
use std::thread;
use std::time::{Duration, Instant};

const ACCRUALS: &str = "/v1/programs/1/accruals";
const REDEMPTIONS: &str = "/v1/programs/1/redemptions";

fn slow(running: &Running, ms: u64) {
    running.store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(ms)));
}

fn grant(points: u32) -> String {
    format!(r#"{{"member":"M1","awards":[{{"point_type":1,"points":{points}}}]}}"#)
}

/// The text of a token that grants and redeems so many points a day.
fn till(running: &Running, points: i64) -> String {
    let (mut token, text) = Token::mint("till", &[9; 38], super::wall());
    token.scopes.insert(Scope::Post);
    token.budget = Budget { granted: Some(Points(points)), redeemed: Some(Points(points)), largest: None };
    running.api.as_ref().unwrap().add_token(token);
    text
}

#[test]
fn commands_on_their_way_hold_no_thread() {
    let running = Running::new(|settings| settings.command_threads = 1);
    slow(&running, 800);
    thread::scope(|scope| {
        let senders: Vec<_> = (0..8)
            .map(|at| {
                let running = &running;
                scope.spawn(move || running.accrue(&format!("a{at}"), 1).0)
            })
            .collect();
        let begun = Instant::now();
        while running.metric("commands_in_flight") < 8 || running.metric("commands_working") > 0 {
            assert!(begun.elapsed() < Duration::from_millis(700), "a thread holds what is on its way");
        }
        assert_eq!(running.metric("commands_queued"), 0);
        assert!(senders.into_iter().all(|sender| sender.join().unwrap() == 201));
    });
    assert_eq!(running.metric("commands_in_flight"), 0);
}

/// The budget of what changes nothing is given back, and of what is done it is not, though nobody hears of it.
#[test]
fn whoever_goes_away_leaves_the_books_right() {
    let running = Running::new(|_| {});
    let token = till(&running, 100);
    let redeem = r#"{"member":"M1","point_type":1,"points":100}"#;
    assert_eq!(running.post_as(&token, ACCRUALS, "first", &grant(10)).0, 201);
    slow(&running, 3_000);
    let begun = Instant::now();
    running.leave(ACCRUALS, &token, "done", &grant(60));
    running.leave(ACCRUALS, &token, "first", &grant(10));
    running.leave(REDEMPTIONS, &token, "refused", redeem);
    while running.metric("commands_in_flight") > 0 {
        assert!(begun.elapsed() < Duration::from_millis(2_500), "somebody still waits");
    }
    // 30 of 100 are left to grant, and all to redeem
    assert_eq!(running.post_as(&token, ACCRUALS, "too-much", &grant(31)).0, 429);
    assert_eq!(running.post_as(&token, ACCRUALS, "rest", &grant(30)).0, 201);
    assert_eq!(running.post_as(&token, ACCRUALS, "done", &grant(60)).0, 200);
    assert_eq!(running.post_as(&token, REDEMPTIONS, "now", redeem).0, 201);
    let (_, member) = running.get("/v1/programs/1/members/M1");
    assert!(member.contains("\"available\":0"), "{member}");
}

#[test]
fn whoever_waits_too_long_may_ask_again() {
    let running = Running::new(|settings| settings.call_timeout = Duration::from_millis(200));
    let token = till(&running, 100);
    slow(&running, 700);
    let begun = Instant::now();
    let (status, told) = running.post_as(&token, ACCRUALS, "slow", &grant(60));
    assert!(status == 503 && told.contains("ask again with the same key"), "{status} {told}");
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    assert_eq!(running.metric("commands_in_flight"), 0);
    thread::sleep(Duration::from_millis(700));
    assert_eq!(running.post_as(&token, ACCRUALS, "slow", &grant(60)).0, 200, "it was done");
    assert_eq!(running.post_as(&token, ACCRUALS, "more", &grant(41)).0, 429, "60 of 100 are spent, once");
    assert_eq!(running.post_as(&token, ACCRUALS, "more", &grant(40)).0, 201);
}

#[test]
fn a_failed_write_is_told_to_all_who_wait() {
    let running = Running::new(|_| {});
    slow(&running, 500);
    running.store.trouble(Call::Append, 1, Trouble::Fail);
    let answers: Vec<(u16, String)> = thread::scope(|scope| {
        let senders: Vec<_> = (0..6)
            .map(|at| {
                let running = &running;
                thread::sleep(Duration::from_millis(30));
                scope.spawn(move || running.accrue(&format!("f{at}"), 1))
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let done = answers.iter().filter(|(status, _)| *status == 201).count();
    let failed = answers.iter().filter(|(status, told)| *status == 503 && told.contains("\"closing\"")).count();
    assert!(done >= 1 && failed >= 1 && done + failed == 6, "{answers:?}");
    assert_eq!(running.accrue("later", 1).0, 503);
}
