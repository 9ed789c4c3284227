/// Greets somebody
async fn greet(
    ctx: &Context,
    name: String,
    tone: Option<String>,
    times: Option<u8>,
) -> Result<Vec<Message>> {
    Ok(vec![])
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
            title: ::core::option::Option::Some("Greeting"),
            description: ::core::option::Option::Some("Greets somebody"),
            arguments: &[
                ::toolgate::__private::PromptArgument {
                    name: "name",
                    description: ::core::option::Option::Some("Whom"),
                    required: true,
                    completes: true,
                },
                ::toolgate::__private::PromptArgument {
                    name: "toneOfVoice",
                    description: ::core::option::Option::Some("How"),
                    required: false,
                    completes: true,
                },
                ::toolgate::__private::PromptArgument {
                    name: "times",
                    description: ::core::option::Option::Some("How often"),
                    required: false,
                    completes: false,
                },
            ],
            icons: &[
                ::toolgate::__private::Icon {
                    src: "https://example.com/a.png",
                    mime_type: ::core::option::Option::Some("image/png"),
                    sizes: &["48x48", "96x96"],
                    theme: ::core::option::Option::Some("dark"),
                },
            ],
            policy: "everyone",
        },
        call: |__context, mut __arguments| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required("name", ::toolgate::__private::plain::<::std::string::String>);
            let __argument_1 = __arguments
                .optional(
                    "toneOfVoice",
                    ::toolgate::__private::plain::<::std::string::String>,
                );
            let __argument_2 = __arguments
                .optional(
                    "times",
                    ::toolgate::__private::parsed::<::core::primitive::u8>,
                );
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
                ::core::option::Option::Some(__argument_2),
            ) = (__arguments.accepted(), __argument_0, __argument_1, __argument_2) else {
                return __arguments.invalid_params();
            };
            let __convert = <Result<
                Vec<Message>,
            > as ::toolgate::__private::IntoPromptResult>::into_prompt_result;
            ::toolgate::__private::prompted(
                __convert(
                    greet(
                            __context,
                            ::toolgate::__private::same::<
                                String,
                                ::std::string::String,
                            >(__argument_0),
                            ::toolgate::__private::same::<
                                Option<String>,
                                ::core::option::Option<::std::string::String>,
                            >(__argument_1),
                            ::toolgate::__private::same::<
                                Option<u8>,
                                ::core::option::Option<::core::primitive::u8>,
                            >(__argument_2),
                        )
                        .await,
                ),
            )
        }),
        complete: &[
            ::core::option::Option::Some(|__context, __typed| ::toolgate::__private::complete(
                people::names,
                __context,
                __typed,
            )),
            ::core::option::Option::Some(|_, __typed| ::toolgate::__private::beginning_with(
                __typed,
                &["formal", "warm"],
            )),
            ::core::option::Option::None,
        ],
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[
                ::toolgate::__private::family::PROMPTS,
                ::toolgate::__private::family::COMPLETIONS,
            ],
            features: &[::toolgate::__private::feature::STATE],
            named: &[::toolgate::__private::completer_named(people::names)],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_PROMPT);
};
fn plain() -> &'static str {
    "plain"
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_prompts_have_the_name_plain_x2done {
    () => {};
}
const _: () = {
    const __TOOLGATE_PROMPT: ::toolgate::__private::PromptDef = ::toolgate::__private::PromptDef {
        info: ::toolgate::__private::PromptInfo {
            name: "plain-one",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("Plain"),
            arguments: &[],
            icons: &[],
            policy: "everyone",
        },
        call: |_, mut __arguments| ::std::boxed::Box::pin(async move {
            let (true,) = (__arguments.accepted(),) else {
                return __arguments.invalid_params();
            };
            let __convert = <&'_ str as ::toolgate::__private::IntoPromptResult>::into_prompt_result;
            ::toolgate::__private::prompted(__convert(plain()))
        }),
        complete: &[],
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
