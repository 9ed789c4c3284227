/// Search
fn search(
    query: String,
    filter: Option<Filter>,
    order: Order,
    pages: Vec<Page>,
) -> Result<Json<Vec<Hit>>, String> {
    Err(query)
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
            description: ::core::option::Option::Some("Search"),
            input_schema: ::toolgate::__private::Schema::Build(|| {
                ::toolgate::__private::InputSchema::new()
                    .written(
                        "query",
                        "{\"type\":\"string\",\"description\":\"Query\"}",
                        ::core::option::Option::None,
                        true,
                    )
                    .described::<
                        Filter,
                    >(
                        "filter",
                        ::core::option::Option::Some("What to leave out"),
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        false,
                    )
                    .described::<
                        Order,
                    >(
                        "order",
                        ::core::option::Option::Some("Sort order"),
                        ::core::option::Option::Some(
                            ::toolgate::__private::shown::<Order>(Order::Newest),
                        ),
                        ::core::option::Option::None,
                        false,
                    )
                    .described::<
                        Vec<Page>,
                    >(
                        "pages",
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        ::core::option::Option::None,
                        {
                            #[allow(unused_imports)]
                            use ::toolgate::__private::Required as _;
                            <::toolgate::__private::Presence<Vec<Page>>>::IS_REQUIRED
                        },
                    )
                    .finish()
            }),
            output_schema: <Result<
                Json<Vec<Hit>>,
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
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required(
                    "query",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            let __argument_1 = __arguments
                .optional("filter", ::toolgate::__private::json::<Filter>);
            let __argument_2 = __arguments
                .defaulted(
                    "order",
                    ::toolgate::__private::json::<Order>,
                    || Order::Newest,
                );
            let __argument_3 = __arguments
                .of_own_type(
                    "pages",
                    ::toolgate::__private::json::<Vec<Page>>,
                    {
                        #[allow(unused_imports)]
                        use ::toolgate::__private::Required as _;
                        <::toolgate::__private::Presence<Vec<Page>>>::IS_REQUIRED
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
            let __convert = <Result<
                Json<Vec<Hit>>,
                String,
            > as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                search(
                    ::toolgate::__private::same::<
                        String,
                        ::std::string::String,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        Option<Filter>,
                        ::core::option::Option<Filter>,
                    >(__argument_1),
                    __argument_2,
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
