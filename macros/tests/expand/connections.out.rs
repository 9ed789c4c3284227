/// Finds issues
async fn find_issues(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_find_issues {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "find_issues",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Finds issues"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
            ),
            output_schema: <Result<
                String,
            > as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
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
        call: |__context, mut __arguments| ::std::boxed::Box::pin(async move {
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <Result<
                String,
            > as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(find_issues(__context).await)
        }),
        needs: ::toolgate::__private::Needs {
            interactive: true,
            families: &[],
            features: &[::toolgate::__private::feature::SESSIONS],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
::toolgate::__private::inventory::submit! {
    ::toolgate::__private::SHOWS_CONNECTIONS
}
::toolgate::__private::inventory::submit! {
    ::toolgate::__private::Connecting::of_tool("find_issues", & ["linear", "github"])
}
