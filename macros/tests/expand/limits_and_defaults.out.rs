/// Limits
fn limits(
    steps: u8,
    ratio: Option<f32>,
    offset: i64,
    color: String,
    tags: Option<Vec<String>>,
    max_results: usize,
    verbose: bool,
) -> String {
    color
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_limits {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "limits",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Limits"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{\"steps\":{\"type\":\"integer\",\"description\":\"Steps\",\"minimum\":4,\"maximum\":8,\"default\":4},\"ratio\":{\"type\":\"number\",\"description\":\"Ratio\",\"minimum\":0,\"exclusiveMaximum\":1},\"offset\":{\"type\":\"integer\",\"description\":\"Offset\",\"maximum\":9,\"default\":-3},\"color\":{\"type\":\"string\",\"description\":\"Color\",\"minLength\":1,\"maxLength\":10,\"default\":\"red \\\"rose\\\"\"},\"tags\":{\"type\":\"array\",\"description\":\"Tags\",\"items\":{\"type\":\"string\"},\"maxItems\":1},\"maxResults\":{\"type\":\"integer\",\"description\":\"Max results\",\"minimum\":0,\"maximum\":4294967295,\"default\":10},\"verbose\":{\"type\":\"boolean\",\"description\":\"Verbose\",\"default\":false}},\"additionalProperties\":false}",
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
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .defaulted(
                    "steps",
                    ::toolgate::__private::plain::<::core::primitive::u8>,
                    || 4,
                );
            __arguments
                .check(
                    "steps",
                    &__argument_0,
                    |__value| (4..=8).contains(__value),
                    "must be between 4 and 8",
                );
            let __argument_1 = __arguments
                .optional(
                    "ratio",
                    ::toolgate::__private::plain::<::core::primitive::f32>,
                );
            __arguments
                .check(
                    "ratio",
                    &__argument_1,
                    |__value| {
                        __value
                            .as_ref()
                            .is_none_or(|__value| (0.0..1.0).contains(__value))
                    },
                    "must be at least 0 and below 1",
                );
            let __argument_2 = __arguments
                .defaulted(
                    "offset",
                    ::toolgate::__private::plain::<::core::primitive::i64>,
                    || -3,
                );
            __arguments
                .check(
                    "offset",
                    &__argument_2,
                    |__value| (..10).contains(__value),
                    "must be at most 9",
                );
            let __argument_3 = __arguments
                .defaulted(
                    "color",
                    ::toolgate::__private::plain::<::std::string::String>,
                    || ::std::string::String::from("red \"rose\""),
                );
            __arguments
                .check(
                    "color",
                    &__argument_3,
                    |__value| (1usize..=10usize).contains(&__value.chars().count()),
                    "must have 1 to 10 characters",
                );
            let __argument_4 = __arguments
                .optional(
                    "tags",
                    ::toolgate::__private::plain::<
                        ::std::vec::Vec<::std::string::String>,
                    >,
                );
            __arguments
                .check(
                    "tags",
                    &__argument_4,
                    |__value| {
                        __value.as_ref().is_none_or(|__value| __value.len() <= 1usize)
                    },
                    "must have at most 1 item",
                );
            let __argument_5 = __arguments
                .defaulted(
                    "maxResults",
                    ::toolgate::__private::plain::<::core::primitive::usize>,
                    || 10,
                );
            let __argument_6 = __arguments
                .defaulted(
                    "verbose",
                    ::toolgate::__private::plain::<::core::primitive::bool>,
                    || false,
                );
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
                ::core::option::Option::Some(__argument_3),
                ::core::option::Option::Some(__argument_4),
                ::core::option::Option::Some(__argument_5),
                ::core::option::Option::Some(__argument_6),
            ) = (
                __arguments.accepted(),
                __argument_0,
                __argument_1,
                __argument_2,
                __argument_3,
                __argument_4,
                __argument_5,
                __argument_6,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                limits(
                    ::toolgate::__private::same::<
                        u8,
                        ::core::primitive::u8,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        Option<f32>,
                        ::core::option::Option<::core::primitive::f32>,
                    >(__argument_1),
                    ::toolgate::__private::same::<
                        i64,
                        ::core::primitive::i64,
                    >(__argument_2),
                    ::toolgate::__private::same::<
                        String,
                        ::std::string::String,
                    >(__argument_3),
                    ::toolgate::__private::same::<
                        Option<Vec<String>>,
                        ::core::option::Option<::std::vec::Vec<::std::string::String>>,
                    >(__argument_4),
                    ::toolgate::__private::same::<
                        usize,
                        ::core::primitive::usize,
                    >(__argument_5),
                    ::toolgate::__private::same::<
                        bool,
                        ::core::primitive::bool,
                    >(__argument_6),
                ),
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
