/// What everybody has to know
fn handbook() -> &'static str {
    "# Handbook"
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_resources_have_the_name_handbook {
    () => {};
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_resources_have_the_uri_docs_x3a_x2f_x2fhandbook {
    () => {};
}
const _: () = {
    const __TOOLGATE_RESOURCE: ::toolgate::__private::ResourceDef = ::toolgate::__private::ResourceDef {
        info: ::toolgate::__private::ResourceInfo {
            uri: "docs://handbook",
            name: "handbook",
            title: ::core::option::Option::None,
            description: ::core::option::Option::Some("What everybody has to know"),
            mime_type: ::core::option::Option::Some("text/markdown"),
            variables: &[],
            icons: &[
                ::toolgate::__private::Icon {
                    src: "data:image/png;base64,AAAA",
                    mime_type: ::core::option::Option::None,
                    sizes: &[],
                    theme: ::core::option::Option::None,
                },
            ],
            audience: &[],
            priority: ::core::option::Option::None,
            policy: "everyone",
        },
        call: |__context, mut __arguments, __uri| ::std::boxed::Box::pin(async move {
            let (true,) = (__arguments.accepted(),) else {
                return ::toolgate::__private::not_found(__context, __uri);
            };
            let __convert = <&'_ str as ::toolgate::__private::IntoResource>::into_resource;
            let __place = ::toolgate::__private::RequestedResource {
                uri: __uri,
                mime_type: ::core::option::Option::Some("text/markdown"),
            };
            let __contents = __convert(handbook(), &__place);
            ::toolgate::__private::read(__context, &__place, __contents, true)
        }),
        complete: &[],
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[::toolgate::__private::family::RESOURCES],
            features: &[],
            named: &[],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_RESOURCE);
};
/// Notes
async fn notes(number: u32, user: &Caller, team: String) -> Result<Option<Json<Note>>> {
    Ok(None)
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_resources_have_the_name_notes {
    () => {};
}
#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_two_resources_have_the_uri_docs_x3a_x2f_x2f_x7b_x7d_x2fnotes_x2f_x7b_x7d {
    () => {};
}
const _: () = {
    const __TOOLGATE_RESOURCE: ::toolgate::__private::ResourceDef = ::toolgate::__private::ResourceDef {
        info: ::toolgate::__private::ResourceInfo {
            uri: "docs://{team}/notes/{number}",
            name: "notes",
            title: ::core::option::Option::Some("Notes"),
            description: ::core::option::Option::Some("Notes"),
            mime_type: ::core::option::Option::None,
            variables: &[
                ::toolgate::__private::ResourceVariable {
                    name: "team",
                    completes: true,
                },
                ::toolgate::__private::ResourceVariable {
                    name: "number",
                    completes: false,
                },
            ],
            icons: &[],
            audience: &[],
            priority: ::core::option::Option::None,
            policy: "everyone",
        },
        call: |__context, mut __arguments, __uri| ::std::boxed::Box::pin(async move {
            let __argument_0 = __arguments
                .required(
                    "number",
                    ::toolgate::__private::parsed::<::core::primitive::u32>,
                );
            let __argument_1 = __arguments
                .required("team", ::toolgate::__private::plain::<::std::string::String>);
            let (
                true,
                ::core::option::Option::Some(__argument_0),
                ::core::option::Option::Some(__argument_1),
            ) = (__arguments.accepted(), __argument_0, __argument_1) else {
                return ::toolgate::__private::not_found(__context, __uri);
            };
            let __convert = <Result<
                Option<Json<Note>>,
            > as ::toolgate::__private::IntoResource>::into_resource;
            let __place = ::toolgate::__private::RequestedResource {
                uri: __uri,
                mime_type: ::core::option::Option::None,
            };
            let __contents = __convert(
                notes(
                        ::toolgate::__private::same::<
                            u32,
                            ::core::primitive::u32,
                        >(__argument_0),
                        ::toolgate::__private::Context::caller(__context),
                        ::toolgate::__private::same::<
                            String,
                            ::std::string::String,
                        >(__argument_1),
                    )
                    .await,
                &__place,
            );
            ::toolgate::__private::read(__context, &__place, __contents, false)
        }),
        complete: &[
            ::core::option::Option::Some(|__context, __typed| ::toolgate::__private::complete(
                teams,
                __context,
                __typed,
            )),
            ::core::option::Option::None,
        ],
        needs: ::toolgate::__private::Needs {
            interactive: false,
            families: &[
                ::toolgate::__private::family::RESOURCES,
                ::toolgate::__private::family::COMPLETIONS,
            ],
            features: &[::toolgate::__private::feature::STATE],
            named: &[::toolgate::__private::completer_named(teams)],
        },
        location: ::core::concat!(::core::file!(), ":", ::core::line!()),
    };
    ::toolgate::__private::inventory::submit!(__TOOLGATE_RESOURCE);
};
