//! Refresh tokens that two programs hold: those that share a file, and a thief who keeps in step.

use toolgate_core::audit::Reason;
use toolgate_core::oauth::grant::SHARED_ROWS;

use crate::scene::*;

#[test]
fn two_programs_that_share_a_file_stay_signed_in_for_two_days() {
    for gap in [0, 1, 20, 59] {
        let mut scene = Scene::new();
        let mut file = scene.token.clone();
        for hour in 0..48 {
            scene.world.now += HOUR - gap;
            // Both have read the file; both refresh, and both write what they got.
            let token = file.clone();
            let answers = if gap == 0 {
                scene.at_once(&token, &[HOME, HOME], 300)
            } else {
                let first = scene.refresh(&token, HOME);
                scene.world.now += gap;
                vec![first, scene.refresh(&token, HOME)]
            };
            assert_eq!(answers[0].refresh_token(), answers[1].refresh_token(), "hour {hour}");
            file = answers[usize::from(hour % 2 == 0)].refresh_token();
        }
        assert_eq!(scene.provider.questions, 48);
        assert!(scene.world.grants[&scene.grant].is_shared(), "the person reads of it");
        assert!(scene.events().iter().any(|event| {
            event == "refresh_retried refresh_repeated generations=48 network=same country=same"
        }));
    }
}

/// Owner and thief, each refresh within the grace of the other.
fn in_step(scene: &mut Scene, thief_at: &str) -> Option<u32> {
    for generation in 1..=48 {
        scene.world.now += HOUR;
        let token = scene.token.clone();
        // Now the one is first, now the other.
        let (first, second) = if generation % 3 == 0 { (thief_at, HOME) } else { (HOME, thief_at) };
        let own = scene.refresh(&token, first);
        scene.world.now += 40;
        let stolen = scene.refresh(&token, second);
        if stolen.status != 200 {
            assert_eq!(stolen.error(), (400, "invalid_grant"));
            assert_eq!(scene.refresh(&own.refresh_token(), HOME).status, 400, "for both");
            return Some(generation);
        }
        scene.token = own.refresh_token();
    }
    None
}

#[test]
fn a_thief_who_keeps_in_step_from_another_network_ends_the_grant() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, ELSEWHERE), Some(SHARED_ROWS));
    let events = scene.events();
    let code = Reason::RevokedByTwoNetworks.code();
    assert!(events.contains(&format!("revoked {code}")), "{events:?}");
    let rows = events.iter().filter(|event| event.starts_with("refresh_retried")).count();
    assert_eq!(rows, usize::try_from(SHARED_ROWS).unwrap() - 1, "each was told before");
}

#[test]
fn a_thief_in_the_same_network_is_shown_to_the_person() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, "198.51.100.200"), None);
    assert!(scene.world.grants[&scene.grant].is_shared());
}

#[test]
fn a_laptop_that_changes_networks_in_a_refresh_now_and_then_goes_on() {
    let mut scene = Scene::new();
    for day in 0..60 {
        for _ in 0..SHARED_ROWS - 1 {
            scene.world.now += HOUR;
            let token = scene.token.clone();
            scene.refresh(&token, HOME);
            scene.token = scene.refresh(&token, ELSEWHERE).refresh_token();
        }
        scene.world.now += HOUR;
        assert_eq!(scene.next().status, 200, "day {day}");
        assert!(!scene.world.grants[&scene.grant].is_shared());
        scene.world.grants.get_mut(&scene.grant).unwrap().expires += 24 * HOUR;
    }
}

#[test]
fn addresses_of_both_families_are_one_computer_and_a_country_is_another_place() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, "2001:db8:1:2::7"), None);
    let mut scene = Scene::new();
    scene.world.now += HOUR;
    let token = scene.token.clone();
    scene.refresh(&token, HOME);
    let mut request = scene.request(&token, HOME);
    request.headers_mut().insert("cf-ipcountry", "NZ".parse().unwrap());
    let _ = scene.events();
    assert_eq!(scene.world.token_request(&request).0, 200);
    assert_eq!(
        scene.events(),
        ["refresh_retried refresh_repeated_elsewhere generations=1 network=same country=other"]
    );
}

#[test]
fn no_record_tells_where_it_is_used_from() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    scene.refresh(&token, HOME);
    scene.refresh(&token, ELSEWHERE);
    let record = serde_json::to_string(&scene.world.grants[&scene.grant]).unwrap();
    for plain in ["198.51", "203.0", "\"AT\""] {
        assert!(!record.contains(plain), "{plain} in {record}");
    }
}
