/// Literal
fn literal(region: Option<String>) -> String {
    region.unwrap_or_default()
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_literal {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "literal",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Literal"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}",
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
            headers: &[
                ::toolgate::__private::ParamHeader {
                    header: "Region",
                    argument: "region",
                },
            ],
            task: ::toolgate::__private::TaskSupport::Optional,
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .optional(
                    "region",
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
                literal(
                    ::toolgate::__private::same::<
                        Option<String>,
                        ::core::option::Option<::std::string::String>,
                    >(__argument_0),
                ),
            )
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[::toolgate::__private::family::TASKS],
            features: &[::toolgate::__private::feature::TASKS],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
/// Constant
fn constant(count: u8) -> u8 {
    count
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_constant {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "constant",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Constant"),
            input_schema: ::toolgate::__private::Schema::Build(|| ::toolgate::__private::constant(
                schemas::CONSTANT,
            )),
            output_schema: <u8 as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
            annotations: ::toolgate::__private::Annotations {
                read_only: ::core::option::Option::None,
                destructive: ::core::option::Option::None,
                idempotent: ::core::option::Option::None,
                open_world: ::core::option::Option::None,
            },
            policy: "everyone",
            icons: &[],
            headers: &[],
            task: ::toolgate::__private::TaskSupport::Required,
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required(
                    "count",
                    ::toolgate::__private::plain::<::core::primitive::u8>,
                );
            let (true, ::core::option::Option::Some(__argument_0)) = (
                __arguments.accepted(),
                __argument_0,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <u8 as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                constant(
                    ::toolgate::__private::same::<
                        u8,
                        ::core::primitive::u8,
                    >(__argument_0),
                ),
            )
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[::toolgate::__private::family::TASKS],
            features: &[::toolgate::__private::feature::TASKS],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
