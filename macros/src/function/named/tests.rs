use super::*;
use crate::function::FunctionKind;

fn named(function: &str) -> (Names, Names) {
    let tokens = function.parse().expect("tokens");
    let named = Named::of(&Function::parse(FunctionKind::Tool, tokens).expect("a function"));
    (named.groups, named.claims)
}

fn these(names: &[&str]) -> Names {
    Names::These(names.iter().map(|name| (*name).to_owned()).collect())
}

fn by_context(body: &str) -> (Names, Names) {
    named(&format!("async fn f(ctx: &Context) {{ {body} }}"))
}

fn by_caller(body: &str) -> (Names, Names) {
    named(&format!("fn f(user: &toolgate::Caller, a: u8) {{ {body} }}"))
}

#[test]
fn what_is_always_there_names_nothing() {
    for body in [
        "ctx.progress(1.0)",
        "ctx.caller().subject.clone()",
        "let caller = ctx.caller(); caller.email.clone().or(caller.name.clone())",
        "let caller: &Caller = ctx.caller(); caller.scopes.len()",
    ] {
        assert_eq!(by_context(body), (these(&[]), these(&[])), "{body}");
    }
    assert_eq!(named("fn f(a: u8) { user(caller) }"), (these(&[]), these(&[])));
    assert_eq!(named("fn f(_: &Caller) { user(caller) }"), (these(&[]), these(&[])));
}

#[test]
fn texts_that_groups_are_compared_with_are_named() {
    for (body, names) in [
        (r#"user.groups.contains(&"staff".to_owned())"#, &["staff"][..]),
        (r#"user.groups.contains(&String::from("staff"))"#, &["staff"]),
        (r#"user.groups.iter().any(|g| g == "a" || *g == "b")"#, &["a", "b"]),
        (r#"user.groups.iter().any(|g| ["a", "b"].contains(&g.as_str()))"#, &["a", "b"]),
        (r#"user.groups.iter().any(|g| matches!(g.as_str(), "a" | "b"))"#, &["a", "b"]),
        (r##"if !user.groups.iter().any(|g| g == r#"a "b""#) { x() }"##, &[r#"a "b""#]),
    ] {
        assert_eq!(by_caller(body), (these(names), these(&[])), "{body}");
    }
    let aliased = r#"let who = ctx.caller(); x(|| who.groups.iter().any(|g| g == "a"))"#;
    assert_eq!(by_context(aliased), (these(&["a"]), these(&[])));
    let direct = r#"ctx.caller().groups.iter().any(|g| g == "a")"#;
    assert_eq!(by_context(direct), (these(&["a"]), these(&[])));
}

#[test]
fn a_look_that_is_not_a_comparison_with_a_text_is_at_every_group() {
    for body in [
        "user.groups.len()",
        "user.groups.is_empty()",
        "user.groups.iter().filter_map(team).collect()",
        "user.groups.contains(&wanted)",
        "user.groups.iter().any(|g| g == ADMINS)",
        r#"user.groups.iter().any(|g| g.starts_with("team-"))"#,
        r#"user.groups.iter().any(|g| g.contains("adm"))"#,
        r#"user.groups.iter().any(|g| g > "a")"#,
        r#"user.groups.iter().any(|g| g.eq_ignore_ascii_case("a"))"#,
        r#"user.groups.iter().all(|g| g == "a")"#,
        "user.groups.iter().any(is_admin)",
        "for group in &user.groups { x(group) }",
        "json!({ \"groups\": user.groups })",
    ] {
        assert_eq!(by_caller(body), (Names::All, these(&[])), "{body}");
    }
}

#[test]
fn claims_are_named_by_their_name() {
    for body in [
        r#"user.claims.get("level").and_then(Value::as_i64)"#,
        r#"user.claims["level"]["of"].clone()"#,
        r#"user.claims.contains_key("level")"#,
    ] {
        assert_eq!(by_caller(body), (these(&[]), these(&["level"])), "{body}");
    }
    for body in ["user.claims.get(name)", "user.claims.iter()", "user.claims.clone()"] {
        assert_eq!(by_caller(body), (these(&[]), Names::All), "{body}");
    }
}

#[test]
fn a_caller_that_is_handed_on_could_be_looked_at_in_every_way() {
    for body in [
        "help(user)",
        "user.clone()",
        "let Caller { groups, .. } = user;",
        "let other = user; other.email",
        "m!(user)",
        "format!(\"{user:?}\")",
        "format!(\"{:?}\", user)",
        "user.own()",
        "Caller::clone(user)",
    ] {
        assert_eq!(by_caller(body), (Names::All, Names::All), "{body}");
    }
    for body in [
        "help(ctx)",
        "ctx.mine()",
        "ctx.caller().clone()",
        "help(ctx.caller())",
        "let (a, b) = (ctx.caller(), 1);",
        "let c = ctx.caller().clone();",
    ] {
        assert_eq!(by_context(body), (Names::All, Names::All), "{body}");
    }
    let taken_apart = "fn f(Caller { groups, .. }: &Caller) {}";
    assert_eq!(named(taken_apart), (Names::All, Names::All));
}
