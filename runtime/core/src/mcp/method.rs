//! The methods that clients call, each stated once with all that is known of it.

use super::revision::Revision;

/// Methods that a server has together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Methods of the server itself: every server has them.
    Server,
    /// Tools: every server has them.
    Tools,
    /// Prompts.
    Prompts,
    /// Resources and templates.
    Resources,
    /// Completion of arguments.
    Completions,
    /// Log messages of a call to its client.
    Logging,
    /// Tasks.
    Tasks,
    /// Changes outside of a session.
    Listening,
    /// Changes within a session, see `session.rs`: nobody else serves these.
    Subscribing,
}

/// Facts about a method.
struct Facts {
    method: Method,
    name: &'static str,
    named_by: Option<&'static str>,
    group: Group,
    since: Revision,
    until: Option<Revision>,
}

macro_rules! methods {
    ($($method:ident: $name:literal, $named_by:expr, $group:ident, $since:ident, $until:expr;)*) => {
        /// A method that clients call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Method {
            $(#[doc = concat!("`", $name, "`.")] $method,)*
        }

        impl Method {
            /// Every method, in the order of the table.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$method),*];
        }

        static TABLE: [Facts; Method::ALL.len()] = [$(Facts {
            method: Method::$method,
            name: $name,
            named_by: $named_by,
            group: Group::$group,
            since: Revision::$since,
            until: $until,
        }),*];
    };
}

/// The last revision with methods of a handshake and of sessions.
const LEGACY: Option<Revision> = Some(Revision::LATEST_WITH_HANDSHAKE);

// The method, its name, the parameter that says what of its kind is meant (which `Mcp-Name` repeats), its
// group, and the first and the last revision that have it.
#[rustfmt::skip]
methods! {
    Initialize:            "initialize",               None,           Server,      V2024_11_05, LEGACY;
    Ping:                  "ping",                     None,           Server,      V2024_11_05, LEGACY;
    Discover:              "server/discover",          None,           Server,      V2026_07_28, None;
    ListTools:             "tools/list",               None,           Tools,       V2024_11_05, None;
    CallTool:              "tools/call",               Some("name"),   Tools,       V2024_11_05, None;
    ListPrompts:           "prompts/list",             None,           Prompts,     V2024_11_05, None;
    GetPrompt:             "prompts/get",              Some("name"),   Prompts,     V2024_11_05, None;
    ListResources:         "resources/list",           None,           Resources,   V2024_11_05, None;
    ListResourceTemplates: "resources/templates/list", None,           Resources,   V2024_11_05, None;
    ReadResource:          "resources/read",           Some("uri"),    Resources,   V2024_11_05, None;
    Complete:              "completion/complete",      None,           Completions, V2024_11_05, None;
    SetLevel:              "logging/setLevel",         None,           Logging,     V2024_11_05, LEGACY;
    GetTask:               "tasks/get",                Some("taskId"), Tasks,       V2026_07_28, None;
    UpdateTask:            "tasks/update",             Some("taskId"), Tasks,       V2026_07_28, None;
    CancelTask:            "tasks/cancel",             Some("taskId"), Tasks,       V2026_07_28, None;
    Listen:                "subscriptions/listen",     None,           Listening,   V2026_07_28, None;
    Subscribe:             "resources/subscribe",      Some("uri"),    Subscribing, V2024_11_05, LEGACY;
    Unsubscribe:           "resources/unsubscribe",    Some("uri"),    Subscribing, V2024_11_05, LEGACY;
}

impl Method {
    /// The method of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        TABLE.iter().find(|facts| facts.name == name).map(|facts| facts.method)
    }

    fn facts(self) -> &'static Facts {
        &TABLE[self as usize]
    }

    /// As on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The parameter that says which of the things it is for is meant; none for lists, say.
    #[must_use]
    pub fn named_by(self) -> Option<&'static str> {
        self.facts().named_by
    }

    /// The methods that it comes with.
    #[must_use]
    pub fn group(self) -> Group {
        self.facts().group
    }

    /// True if the revision has it.
    #[must_use]
    pub fn is_in(self, revision: Revision) -> bool {
        let Facts { since, until, .. } = self.facts();
        *since <= revision && until.is_none_or(|until| revision <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_is_found_by_its_name() {
        for (index, facts) in TABLE.iter().enumerate() {
            assert_eq!(facts.method as usize, index, "{}", facts.name);
            assert_eq!(Method::parse(facts.name), Some(facts.method));
            assert_eq!(facts.method.name(), facts.name);
        }
        for name in ["", "tools", "tools/call ", "TOOLS/CALL", "notifications/cancelled"] {
            assert_eq!(Method::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_revision_to_come_has_the_methods_of_the_newest() {
        for facts in &TABLE {
            let is_in = |revision| facts.method.is_in(revision);
            assert_eq!(is_in(Revision::V2099_01_01), is_in(Revision::LATEST), "{}", facts.name);
            assert!(Revision::ALL.into_iter().any(is_in), "{}", facts.name);
        }
    }
}
