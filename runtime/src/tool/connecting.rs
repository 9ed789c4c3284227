//! The connections that tools say they use. Its macro submits them, so a tool without any costs nothing.

use toolgate_core::mcp::Target;

use super::registry::registry;
use crate::call::Live;

/// A tool, and the connections that it uses.
pub struct Connecting {
    tool: &'static str,
    connections: &'static [&'static str],
}

inventory::collect!(Connecting);

impl Connecting {
    /// Of the tool of this name.
    #[must_use]
    pub const fn of_tool(tool: &'static str, connections: &'static [&'static str]) -> Self {
        Self { tool, connections }
    }
}

/// The connections of the tool of this name.
pub(crate) fn connections_of(tool: &str) -> &'static [&'static str] {
    let found = inventory::iter::<Connecting>.into_iter().find(|known| known.tool == tool);
    found.map_or(&[], |known| known.connections)
}

/// The tool that runs, where it says that it uses this connection.
pub(crate) fn tool_with(live: &Live, connection: &str) -> Option<&'static str> {
    let (Target::Tool(tool), _) = live.subject()? else { return None };
    let name = registry().ok()?.infos().get(*tool)?.name;
    connections_of(name).contains(&connection).then_some(name)
}
