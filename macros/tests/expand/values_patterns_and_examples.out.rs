/// Orders paint
fn order(
    color: String,
    litres: Option<u8>,
    surfaces: Vec<String>,
    customer: String,
    place: Option<String>,
    delivery: Delivery,
) -> String {
    color
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_tools_have_the_name_order {
    () => {};
}
const _: () = {
    const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
        info: ::toolgate::__private::ToolInfo {
            name: "order",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Orders paint"),
            input_schema: ::toolgate::__private::Schema::Build(|| {
                ::toolgate::__private::InputSchema::new()
                    .written(
                        "color",
                        "{\"type\":\"string\",\"description\":\"Colour\",\"enum\":[\"red\",\"blue\"],\"default\":\"red\",\"examples\":[\"blue\"]}",
                        ::core::option::Option::None,
                        false,
                    )
                    .written(
                        "litres",
                        "{\"type\":\"integer\",\"description\":\"Litres in a can\",\"enum\":[1,5,10],\"minimum\":0,\"maximum\":255}",
                        ::core::option::Option::None,
                        false,
                    )
                    .written(
                        "surfaces",
                        "{\"type\":\"array\",\"description\":\"What it is for\",\"items\":{\"type\":\"string\",\"enum\":[\"wood\",\"metal\"]},\"minItems\":1,\"examples\":[[\"wood\"]]}",
                        ::core::option::Option::None,
                        true,
                    )
                    .written(
                        "customer",
                        "{\"type\":\"string\",\"description\":\"Number of the customer\",\"pattern\":\"^\\\\d{4}\\\\s.$\",\"examples\":[\"1234 x\"]}",
                        ::core::option::Option::None,
                        true,
                    )
                    .written(
                        "place",
                        "{\"type\":\"string\",\"description\":\"Where to\",\"pattern\":\"[a-z]\"}",
                        ::core::option::Option::None,
                        false,
                    )
                    .described::<
                        Delivery,
                    >(
                        "delivery",
                        ::core::option::Option::Some("How"),
                        ::core::option::Option::None,
                        ::core::option::Option::Some(
                            ::toolgate::__private::shown::<Delivery>(Delivery::Post),
                        ),
                        {
                            #[allow(unused_imports)]
                            use ::toolgate::__private::Required as _;
                            <::toolgate::__private::Presence<Delivery>>::IS_REQUIRED
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
                .defaulted(
                    "color",
                    ::toolgate::__private::plain::<::std::string::String>,
                    || ::std::string::String::from("red"),
                );
            __arguments
                .check(
                    "color",
                    &__argument_0,
                    |__value| ["red", "blue"].contains(&__value.as_str()),
                    "must be one of \"red\", \"blue\"",
                );
            let __argument_1 = __arguments
                .optional(
                    "litres",
                    ::toolgate::__private::plain::<::core::primitive::u8>,
                );
            __arguments
                .check(
                    "litres",
                    &__argument_1,
                    |__value| {
                        __value
                            .as_ref()
                            .is_none_or(|__value| [1, 5, 10].contains(__value))
                    },
                    "must be one of 1, 5, 10",
                );
            let __argument_2 = __arguments
                .required(
                    "surfaces",
                    ::toolgate::__private::plain::<
                        ::std::vec::Vec<::std::string::String>,
                    >,
                );
            __arguments
                .check(
                    "surfaces",
                    &__argument_2,
                    |__value| __value.len() >= 1usize,
                    "must have at least 1 item",
                );
            __arguments
                .check(
                    "surfaces",
                    &__argument_2,
                    |__value| {
                        __value
                            .iter()
                            .all(|__value| ["wood", "metal"].contains(&__value.as_str()))
                    },
                    "each item must be one of \"wood\", \"metal\"",
                );
            let __argument_3 = __arguments
                .required(
                    "customer",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            __arguments
                .check(
                    "customer",
                    &__argument_3,
                    |__value| {
                        static __PATTERN: ::toolgate::__private::Pattern = ::toolgate::__private::Pattern::new(
                            "^\\d{4}[\\t\\n\\v\\f\\r \\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}\\u{205f}\\u{3000}\\u{feff}][^\\n\\r\\u{2028}\\u{2029}]$",
                        );
                        __PATTERN.is_match(__value)
                    },
                    "must match the pattern ^\\d{4}\\s.$",
                );
            let __argument_4 = __arguments
                .optional(
                    "place",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            __arguments
                .check(
                    "place",
                    &__argument_4,
                    |__value| {
                        __value
                            .as_ref()
                            .is_none_or(|__value| {
                                static __PATTERN: ::toolgate::__private::Pattern = ::toolgate::__private::Pattern::new(
                                    "[a-z]",
                                );
                                __PATTERN.is_match(__value)
                            })
                    },
                    "must match the pattern [a-z]",
                );
            let __argument_5 = __arguments
                .of_own_type(
                    "delivery",
                    ::toolgate::__private::json::<Delivery>,
                    {
                        #[allow(unused_imports)]
                        use ::toolgate::__private::Required as _;
                        <::toolgate::__private::Presence<Delivery>>::IS_REQUIRED
                    },
                );
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
                ::core::option::Option::Some(__argument_3),
                ::core::option::Option::Some(__argument_4),
                ::core::option::Option::Some(__argument_5),
            ) = (
                __arguments.accepted(),
                __argument_0,
                __argument_1,
                __argument_2,
                __argument_3,
                __argument_4,
                __argument_5,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <String as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                order(
                    ::toolgate::__private::same::<
                        String,
                        ::std::string::String,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        Option<u8>,
                        ::core::option::Option<::core::primitive::u8>,
                    >(__argument_1),
                    ::toolgate::__private::same::<
                        Vec<String>,
                        ::std::vec::Vec<::std::string::String>,
                    >(__argument_2),
                    ::toolgate::__private::same::<
                        String,
                        ::std::string::String,
                    >(__argument_3),
                    ::toolgate::__private::same::<
                        Option<String>,
                        ::core::option::Option<::std::string::String>,
                    >(__argument_4),
                    __argument_5,
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
