/// Whoami
async fn whoami(
    greeting: String,
    user: &Caller,
    ctx: &toolgate::tool::Context,
) -> String {
    greeting
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_whoami {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "whoami",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Whoami"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{\"greeting\":{\"type\":\"string\",\"description\":\"Greeting\"}},\"required\":[\"greeting\"],\"additionalProperties\":false}",
            ),
            output_schema: <String as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
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
            let __argument_0 = __arguments
                .required(
                    "greeting",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            let (true, ::core::option::Option::Some(__argument_0)) = (
                __arguments.accepted(),
                __argument_0,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                whoami(
                        ::toolgate::__private::same::<
                            String,
                            ::std::string::String,
                        >(__argument_0),
                        ::toolgate::__private::Context::caller(__context),
                        __context,
                    )
                    .await,
            )
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
