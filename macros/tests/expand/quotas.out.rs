/// Draws
async fn draw(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    Ok(String::new())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_draw {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "draw",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Draws"),
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
            __convert(draw(__context).await)
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[::toolgate::__private::feature::QUOTAS],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
::toolgate::__private::inventory::submit! {
    ::toolgate::__private::CHARGING.of_tool("draw", "costly")
}
