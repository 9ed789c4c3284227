/// Ping
fn ping() {}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_ping {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "ping",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Ping"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
            ),
            output_schema: <() as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
            annotations: ::toolgate::__private::Annotations {
                read_only: ::core::option::Option::None,
                destructive: ::core::option::Option::None,
                idempotent: ::core::option::Option::None,
                open_world: ::core::option::Option::None,
            },
            policy: "everyone",
            icons: &[],
            headers: &[],
            task: ::toolgate::__private::TaskSupport::Forbidden,
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <() as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(ping())
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
