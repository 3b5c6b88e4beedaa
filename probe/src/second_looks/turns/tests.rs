use futures_util::future::join_all;
use tokio::time::Instant;

use super::*;
use crate::net::TokioClock;

#[tokio::test(start_paused = true)]
async fn a_server_is_visited_twice_more_half_a_second_apart() {
    let [server, other] = [993, 995].map(|port| SocketAddr::from(([192, 0, 2, 1], port)));
    let looks = &SecondLooks::new(TokioClock(Instant::now()));
    let begun = Instant::now();
    looks.visited(server);
    // Those who come at the same time take turns; another server has turns of its own.
    let visits = [server, server, server, other, other, other];
    let visits = visits.map(|server| async move {
        let allowed = looks.wait_for_turn(server).await;
        (allowed, begun.elapsed().as_millis())
    });
    let expected = [
        (true, 500),
        (true, 1000),
        (false, 0),
        (true, 0),
        (true, 500),
        (false, 0),
    ];
    assert_eq!(join_all(visits).await, expected);

    // Time that went by with the server itself counts.
    let looks = SecondLooks::new(TokioClock(Instant::now()));
    looks.visited(server);
    tokio::time::advance(Duration::from_secs(6)).await;
    let begun = Instant::now();
    assert!(looks.wait_for_turn(server).await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn all_servers_at_an_address_are_visited_five_times_more() {
    let looks = &SecondLooks::new(TokioClock(Instant::now()));
    let server = |host, port| SocketAddr::from(([192, 0, 2, host], port));
    for (server, allowed) in [
        (server(1, 993), true),
        (server(1, 995), true),
        (server(1, 465), true),
        (server(1, 587), true),
        (server(1, 993), true),
        (server(1, 995), false),
        (server(1, 143), false),
        (server(2, 993), true),
    ] {
        assert_eq!(looks.next_turn(server).is_some(), allowed, "{server}");
    }
}
