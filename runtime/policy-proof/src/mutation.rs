//! Faults that tests plant into the encoding, to see that they are found. Outside of tests there is none.

/// A rule of the encoding that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code, reason = "planted by tests only"))]
pub(crate) enum Mutation {
    /// A scope has to be there under `not` as well.
    ScopeUnderNot,
    /// A policy's scope is forgotten.
    NoScope,
    /// `any` stays `any` under `not`.
    AnyUnderNot,
    /// `not` does not turn over.
    NotIsNothing,
    /// An empty list is unknown.
    EmptyList,
    /// An unknown item of a list does not matter.
    UnknownItem,
    /// Unknown is false.
    UnknownIsFalse,
    /// What is missing is unknown to every test.
    MissingIsUnknown,
    /// What is inside of something else is read nevertheless.
    InsideOfOthers,
    /// An argument that is missing while another one is typed counts as missing.
    PartialIsCall,
    /// In lists, scopes help under `not` as well.
    HelpUnderNot,
    /// What is open passes under no `not` only.
    OpenUnderNot,
    /// What the provider was not asked about is read nevertheless.
    UnlookedIsRead,
}

#[cfg(test)]
impl Mutation {
    pub(crate) const ALL: [Self; 13] = [
        Self::ScopeUnderNot,
        Self::NoScope,
        Self::AnyUnderNot,
        Self::NotIsNothing,
        Self::EmptyList,
        Self::UnknownItem,
        Self::UnknownIsFalse,
        Self::MissingIsUnknown,
        Self::InsideOfOthers,
        Self::PartialIsCall,
        Self::HelpUnderNot,
        Self::OpenUnderNot,
        Self::UnlookedIsRead,
    ];
}

#[cfg(test)]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Mutation>> = const { std::cell::Cell::new(None) };
}

/// True if this fault is planted.
#[cfg(test)]
pub(crate) fn is(mutation: Mutation) -> bool {
    PLANTED.get() == Some(mutation)
}

/// Never.
#[cfg(not(test))]
pub(crate) const fn is(_: Mutation) -> bool {
    false
}

/// Plants a fault for this thread while `run` runs.
#[cfg(test)]
pub(crate) fn planted<T>(mutation: Mutation, run: impl FnOnce() -> T) -> T {
    PLANTED.set(Some(mutation));
    let result = run();
    PLANTED.set(None);
    result
}
