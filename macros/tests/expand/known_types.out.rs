/// Performs basic addition of numbers
///
/// In floating point.
#[must_use]
pub(crate) fn add(
    a: f64,
    mut b: f64,
    list: Vec<Vec<i8>>,
    flag: Option<bool>,
    #[allow(unused)]
    r#type: String,
) -> f64 {
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
            description: ::core::option::Option::Some(
                "Performs basic addition of numbers\n\nIn floating point.",
            ),
            input_schema: ::toolgate::__private::Schema::Static(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"description\":\"First addend\"},\"b\":{\"type\":\"number\",\"description\":\"Second addend\"},\"list\":{\"type\":\"array\",\"description\":\"List\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":-128,\"maximum\":127}}},\"flag\":{\"type\":\"boolean\",\"description\":\"Flag\"},\"type\":{\"type\":\"string\",\"description\":\"Type\"}},\"required\":[\"a\",\"b\",\"list\",\"type\"],\"additionalProperties\":false}",
            ),
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
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required("a", ::toolgate::__private::plain::<::core::primitive::f64>);
            let __argument_1 = __arguments
                .required("b", ::toolgate::__private::plain::<::core::primitive::f64>);
            let __argument_2 = __arguments
                .required(
                    "list",
                    ::toolgate::__private::plain::<
                        ::std::vec::Vec<::std::vec::Vec<::core::primitive::i8>>,
                    >,
                );
            let __argument_3 = __arguments
                .optional(
                    "flag",
                    ::toolgate::__private::plain::<::core::primitive::bool>,
                );
            let __argument_4 = __arguments
                .required("type", ::toolgate::__private::plain::<::std::string::String>);
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
                ::core::option::Option::Some(__argument_3),
                ::core::option::Option::Some(__argument_4),
            ) = (
                __arguments.accepted(),
                __argument_0,
                __argument_1,
                __argument_2,
                __argument_3,
                __argument_4,
            ) else {
                return __arguments.refusal();
            };
            let __convert = <f64 as ::toolgate::__private::IntoToolResult>::into_tool_result;
            __convert(
                add(
                    ::toolgate::__private::same::<
                        f64,
                        ::core::primitive::f64,
                    >(__argument_0),
                    ::toolgate::__private::same::<
                        f64,
                        ::core::primitive::f64,
                    >(__argument_1),
                    ::toolgate::__private::same::<
                        Vec<Vec<i8>>,
                        ::std::vec::Vec<::std::vec::Vec<::core::primitive::i8>>,
                    >(__argument_2),
                    ::toolgate::__private::same::<
                        Option<bool>,
                        ::core::option::Option<::core::primitive::bool>,
                    >(__argument_3),
                    ::toolgate::__private::same::<
                        String,
                        ::std::string::String,
                    >(__argument_4),
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
