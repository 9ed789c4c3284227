/// Adds
fn add(ctx: &Context, a: f64, b: f64, filter: Filter) -> f64 {
    a + b
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_add {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "add",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Adds"),
            input_schema: ::toolgate::__private::Schema::Build(|| {
                ::toolgate::__private::InputSchema::new()
                    .written(
                        "a",
                        "{\"type\":\"number\"}",
                        ::core::option::Option::None,
                        true,
                    )
                    .written(
                        "b",
                        "{\"type\":\"number\",\"description\":\"The second one\"}",
                        ::core::option::Option::None,
                        true,
                    )
                    .described::<
                        Filter,
                    >(
                        "filter",
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        {
                            #[allow(unused_imports)]
                            use ::toolgate::__private::Required as _;
                            <::toolgate::__private::Presence<Filter>>::IS_REQUIRED
                        },
                    )
                    .finish()
            }),
            output_schema: <f64 as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA,
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
                .required("a", ::toolgate::__private::plain::<::core::primitive::f64>);
            let __argument_1 = __arguments
                .required("b", ::toolgate::__private::plain::<::core::primitive::f64>);
            let __argument_2 = __arguments
                .of_own_type(
                    "filter",
                    ::toolgate::__private::json::<Filter>,
                    {
                        #[allow(unused_imports)]
                        use ::toolgate::__private::Required as _;
                        <::toolgate::__private::Presence<Filter>>::IS_REQUIRED
                    },
                );
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
            ) = (__arguments.accepted(), __argument_0, __argument_1, __argument_2) else {
                return __arguments.refusal();
            };
            let __convert = <f64 as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                add(
                    __context,
                    ::toolgate::__private::same::<
                        f64,
                        ::core::primitive::f64,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        f64,
                        ::core::primitive::f64,
                    >(__argument_1),
                    __argument_2,
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
const _: () = {
    #[deprecated(
        note = "`a` has no description for those who fill it in: write a `///` comment above the parameter, or `#[arg(description = \"…\")]`"
    )]
    const ARGUMENT_WITHOUT_DESCRIPTION: () = ();
    const _: () = ARGUMENT_WITHOUT_DESCRIPTION;
};
/// Greets
#[allow(deprecated)]
fn greet(name: String, tone: String) -> String {
    name
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_prompts_have_the_name_greet {
    () => {};
}
const _: () = {
    const __TOOLGATE_PROMPT: ::toolgate::__private::PromptDef = ::toolgate::__private::PromptDef {
        info: ::toolgate::__private::PromptInfo {
            name: "greet",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Greets"),
            arguments: &[
                ::toolgate::__private::PromptArgument {
                    name: "name",
                    description: ::core::option::Option::None,
                    required: true,
                    completes: false,
                },
                ::toolgate::__private::PromptArgument {
                    name: "tone",
                    description: ::core::option::Option::Some("How"),
                    required: true,
                    completes: false,
                },
            ],
            icons: &[],
            policy: "everyone",
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required("name", ::toolgate::__private::plain::<::std::string::String>);
            let __argument_1 = __arguments
                .required("tone", ::toolgate::__private::plain::<::std::string::String>);
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
            ) = (__arguments.accepted(), __argument_0, __argument_1) else {
                return __arguments.invalid_params();
            };
            let __convert = <String as ::toolgate::__private::IntoPromptResult>::into_prompt_result;
            ::toolgate::__private::prompted(
                __convert(
                    greet(
                        ::toolgate::__private::same::<
                            String,
                            ::std::string::String,
                        >(__argument_0),
                        ::toolgate::__private::same::<
                            String,
                            ::std::string::String,
                        >(__argument_1),
                    ),
                ),
            )
        }),
        complete: &[::core::option::Option::None, ::core::option::Option::None],
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[::toolgate::__private::family::PROMPTS],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_PROMPT);
};
#[allow(deprecated)]
const _: () = {
    #[deprecated(
        note = "`name` has no description for those who fill it in: write a `///` comment above the parameter, or `#[arg(description = \"…\")]`"
    )]
    const ARGUMENT_WITHOUT_DESCRIPTION: () = ();
    const _: () = ARGUMENT_WITHOUT_DESCRIPTION;
};
#[doc = include_str!("search.md")]
fn search(
    query: std::string::String,
    limit: ::core::option::Option<u8>,
    order: Option<Order>,
    filter: Filter,
) -> String {
    query
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_search {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "search",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some(const {
                ::toolgate::__private::description(include_str!("search.md"))
            }),
            input_schema: ::toolgate::__private::Schema::Build(|| {
                ::toolgate::__private::InputSchema::new()
                    .written(
                        "query",
                        "{\"type\":\"string\"}",
                        ::core::option::Option::Some(const {
                            ::toolgate::__private::description(
                                ::core::concat!(
                                    "Begins", "\n", concat!("with ", "this"), "\n"
                                ),
                            )
                        }),
                        true,
                    )
                    .written(
                        "limit",
                        "{\"type\":\"integer\",\"minimum\":0,\"maximum\":255}",
                        ::core::option::Option::Some(const {
                            ::toolgate::__private::description(LIMIT)
                        }),
                        false,
                    )
                    .described::<
                        Order,
                    >(
                        "order",
                        ::core::option::Option::Some(const {
                            ::toolgate::__private::description(ORDER)
                        }),
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        false,
                    )
                    .described::<
                        Filter,
                    >(
                        "filter",
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        {
                            #[allow(unused_imports)]
                            use ::toolgate::__private::Required as _;
                            <::toolgate::__private::Presence<Filter>>::IS_REQUIRED
                        },
                    )
                    .finish()
            }),
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
                .required(
                    "query",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            let __argument_1 = __arguments
                .optional(
                    "limit",
                    ::toolgate::__private::plain::<::core::primitive::u8>,
                );
            let __argument_2 = __arguments
                .optional("order", ::toolgate::__private::json::<Order>);
            let __argument_3 = __arguments
                .of_own_type(
                    "filter",
                    ::toolgate::__private::json::<Filter>,
                    {
                        #[allow(unused_imports)]
                        use ::toolgate::__private::Required as _;
                        <::toolgate::__private::Presence<Filter>>::IS_REQUIRED
                    },
                );
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
                ::core::option::Option::Some(__argument_3),
            ) = (
                __arguments.accepted(),
                __argument_0,
                __argument_1,
                __argument_2,
                __argument_3,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                search(
                    ::toolgate::__private::same::<
                        std::string::String,
                        ::std::string::String,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        ::core::option::Option<u8>,
                        ::core::option::Option<::core::primitive::u8>,
                    >(__argument_1),
                    ::toolgate::__private::same::<
                        Option<Order>,
                        ::core::option::Option<Order>,
                    >(__argument_2),
                    __argument_3,
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
fn welcome(name: std::option::Option<String>) -> String {
    name
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_prompts_have_the_name_welcome {
    () => {};
}
const _: () = {
    const __TOOLGATE_PROMPT: ::toolgate::__private::PromptDef = ::toolgate::__private::PromptDef {
        info: ::toolgate::__private::PromptInfo {
            name: "welcome",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some(const {
                ::toolgate::__private::description(GREETING)
            }),
            arguments: &[
                ::toolgate::__private::PromptArgument {
                    name: "name",
                    description: ::core::option::Option::Some(const {
                        ::toolgate::__private::description(include_str!("name.md"))
                    }),
                    required: false,
                    completes: false,
                },
            ],
            icons: &[],
            policy: "everyone",
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .optional("name", ::toolgate::__private::plain::<::std::string::String>);
            let (true, ::core::option::Option::Some(__argument_0)) = (
                __arguments.accepted(),
                __argument_0,
            ) else {
                return __arguments.invalid_params();
            };
            let __convert = <String as ::toolgate::__private::IntoPromptResult>::into_prompt_result;
            ::toolgate::__private::prompted(
                __convert(
                    welcome(
                        ::toolgate::__private::same::<
                            std::option::Option<String>,
                            ::core::option::Option<::std::string::String>,
                        >(__argument_0),
                    ),
                ),
            )
        }),
        complete: &[::core::option::Option::None],
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[::toolgate::__private::family::PROMPTS],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_PROMPT);
};
