/// Nothing
async fn nothing(ctx: &Context) -> String {
    ctx.progress(0.5);
    ctx.caller().subject.clone()
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_nothing {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "nothing",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Nothing"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
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
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(nothing(__context).await)
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
/// Asks
async fn asks(ctx: &Context) -> Result<String> {
    ctx.ask("What is your name?").await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_asks {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "asks",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Asks"),
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
            __convert(asks(__context).await)
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
/// Keeps
async fn keeps(ctx: &Context) -> Result<u32> {
    ctx.info("counting");
    ctx.state::<u32>().update(|count| *count += 1).await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_keeps {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "keeps",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Keeps"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
            ),
            output_schema: <Result<
                u32,
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
                u32,
            > as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(keeps(__context).await)
        }),
        needs: ::toolgate::__private::Needs {
            interactive: true,
            families: &[::toolgate::__private::family::LOGGING],
            features: &[
                ::toolgate::__private::feature::SESSIONS,
                ::toolgate::__private::feature::STATE,
            ],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
/// Hands it on
async fn hands_it_on(ctx: &Context) -> String {
    helper(ctx).await
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_hands_it_on {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "hands_it_on",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Hands it on"),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
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
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(hands_it_on(__context).await)
        }),
        needs: ::toolgate::__private::Needs {
            interactive: true,
            families: &[::toolgate::__private::family::LOGGING],
            features: &[
                ::toolgate::__private::feature::SESSIONS,
                ::toolgate::__private::feature::SUBSCRIPTIONS,
                ::toolgate::__private::feature::STATE,
            ],
            named: &[
                ::toolgate::__private::Named {
                    groups: ::toolgate::__private::Names::All,
                    claims: ::toolgate::__private::Names::All,
                },
            ],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
/// Acts as its caller
async fn acts(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_acts {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "acts",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Acts as its caller"),
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
            ::toolgate::__private::acts_as_caller(__context);
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.refusal();
            };
            let __convert = <Result<
                String,
            > as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(acts(__context).await)
        }),
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[],
            features: &[::toolgate::__private::feature::AS_CALLER],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
};
::toolgate::__private::inventory::submit! {
    ::toolgate::__private::SHOWS_AS_CALLER
}
