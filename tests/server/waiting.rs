//! Readers of the feed who wait: they hear that the server lives, also where much happens that they do not want to know;
//! and each of very many is told of what it does.

use super::sockets::Running;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const STREAM: &str = "text/event-stream";

fn lines(stream: TcpStream) -> impl Iterator<Item = String> {
    BufReader::new(stream).lines().map_while(Result::ok)
}

#[test]
fn a_stream_without_news_lives_though_others_have_some() {
    let running = Running::new(|settings| settings.heartbeat = Duration::from_millis(300));
    let mut stream = lines(running.begin("/v1/feed?kinds=redeemed", STREAM));
    thread::scope(|scope| {
        let heard = scope.spawn(move || stream.find(|line| line == ":").is_some());
        let begun = Instant::now();
        // something every few milliseconds, nothing of which this reader is to know
        for at in 0.. {
            if heard.is_finished() {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "nothing was heard");
            running.accrue(&format!("w{at}"), 1);
        }
        assert!(heard.join().unwrap());
    });
}

#[test]
fn each_of_very_many_readers_is_told() {
    let running = Running::new(|_| {});
    // more than are told at once
    let streams: Vec<_> = (0..150).map(|_| running.begin("/v1/feed?kinds=granted&from=end", STREAM)).collect();
    running.wait_for("feed_streams", 150);
    assert_eq!(running.accrue("w", 7).0, 201);
    for stream in streams {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert!(lines(stream).any(|line| line.contains("\"points\":\"7\"") || line.contains("\"points\":7")));
    }
    running.wait_for("feed_streams", 0);
}

#[test]
fn whoever_waits_for_a_page_and_goes_away_is_no_reader_any_more() {
    let running = Running::new(|_| {});
    let waiting = running.begin("/v1/feed?kinds=redeemed&from=end&wait=20", "application/json");
    running.wait_for("feed_streams", 1);
    drop(waiting);
    running.wait_for("feed_streams", 0);
}
